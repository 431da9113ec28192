//! The files a language server knows, and how it comes to know them.
//!
//! A server holds a file's text from its opening to its closing. Before each feature the file is read again, and
//! the server is told when it changed. A file that no client opened is open for one feature only.

use super::connection::{Connection, Failure};
use super::language::Language;
use crate::error::ApiError;
use crate::files::read_whole;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use serde_json::json;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The longest file a server is given.
pub(super) const MAX_DOCUMENT: u64 = 8 << 20;
/// The most files a client may have open: each costs the server memory until it is closed.
const MAX_OPEN: usize = 1000;
/// What stands unencoded in a file's URI, besides letters and digits.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What one server has open.
#[derive(Debug, Default)]
pub(super) struct Documents(HashMap<PathBuf, Document>);

#[derive(Debug)]
struct Document {
    version: i32,
    /// Tells whether the text changed, without keeping it.
    text: u64,
    /// A client opened it.
    kept: bool,
}

/// Why a file could not be shown to a server.
pub(super) enum Problem {
    Api(ApiError),
    Server(Failure),
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Server(failure)
    }
}

impl Documents {
    /// Has the server know what the file holds now; `keep` it open until it is closed. Returns its URI.
    pub(super) async fn show(
        &mut self,
        connection: &Connection,
        language: Language,
        path: &Path,
        keep: bool,
    ) -> Result<String, Problem> {
        let uri = uri_of(path);
        let bytes = read_whole(path, MAX_DOCUMENT).await?;
        let text = String::from_utf8_lossy(&bytes);
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let hash = hasher.finish();
        if let Some(document) = self.0.get_mut(path) {
            document.kept |= keep;
            if document.text != hash {
                document.version = document.version.wrapping_add(1);
                let change = json!({
                    "textDocument": {"uri": &uri, "version": document.version},
                    "contentChanges": [{"text": text}],
                });
                connection.notify("textDocument/didChange", &change).await?;
                document.text = hash;
            }
            return Ok(uri);
        }
        if keep && self.0.len() >= MAX_OPEN {
            return Err(ApiError::bad_request(format!(
                "{MAX_OPEN} files are open in this language server; close some of them"
            ))
            .into());
        }
        let item = json!({"uri": &uri, "languageId": language.of_file(path), "version": 1, "text": text});
        // Before the words are sent: a caller that goes away meanwhile must not leave a file open unknown to us.
        self.0.insert(path.to_owned(), Document { version: 1, text: hash, kept: keep });
        connection.notify("textDocument/didOpen", &json!({"textDocument": item})).await?;
        Ok(uri)
    }

    /// A client closes a file; one that is not open is closed already.
    pub(super) async fn close(&mut self, connection: &Connection, path: &Path) -> Result<(), Failure> {
        if self.0.remove(path).is_some() {
            let closed = json!({"textDocument": {"uri": uri_of(path)}});
            connection.notify("textDocument/didClose", &closed).await?;
        }
        Ok(())
    }

    /// Closes what no client opened.
    pub(super) async fn tidy(&mut self, connection: &Connection) -> Result<(), Failure> {
        let passing: Vec<PathBuf> =
            self.0.iter().filter(|(_, document)| !document.kept).map(|(path, _)| path.clone()).collect();
        for path in passing {
            self.close(connection, &path).await?;
        }
        Ok(())
    }
}

/// A file's URI.
pub(super) fn uri_of(path: &Path) -> String {
    format!("file://{}", percent_encode(path.as_os_str().as_bytes(), IN_PATH))
}

/// The path a client's URI names. Published clients put the path there as it is, others encode it.
pub(super) fn path_of(workdir: &Path, uri: &str) -> Result<PathBuf, ApiError> {
    let given = uri.strip_prefix("file://").unwrap_or(uri);
    if given.is_empty() {
        return Err(ApiError::invalid_path("the uri names no file"));
    }
    let as_it_is = workdir.join(given);
    let decoded: Vec<u8> = percent_decode_str(given).collect();
    if given.contains('\0') || decoded.contains(&0) {
        return Err(ApiError::invalid_path(format!("the uri {uri:?} contains a NUL character")));
    }
    if decoded != given.as_bytes() && !as_it_is.exists() {
        return Ok(workdir.join(std::ffi::OsStr::from_bytes(&decoded)));
    }
    Ok(as_it_is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_understood_as_they_are_and_encoded() {
        let dir = tempfile::tempdir().expect("a folder");
        let base = dir.path();
        std::fs::write(base.join("100%25.py"), "").expect("a file");
        let cases = [
            ("file:///a b/ü.py", PathBuf::from("/a b/ü.py")),
            ("file:///a%20b/%C3%BC.py", PathBuf::from("/a b/ü.py")),
            ("/plain.py", PathBuf::from("/plain.py")),
            ("file://sub/x.py", base.join("sub/x.py")),
            ("file://100%25.py", base.join("100%25.py")),
        ];
        for (uri, path) in cases {
            assert_eq!(path_of(base, uri).expect("a path"), path, "{uri}");
        }
        for bad in ["", "file://", "file:///a\0", "file:///a%00"] {
            assert!(path_of(base, bad).is_err(), "{bad:?}");
        }
        assert_eq!(uri_of(Path::new("/a b/ü#?%.py")), "file:///a%20b/%C3%BC%23%3F%25.py");
    }
}
