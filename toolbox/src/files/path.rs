//! Paths as clients give them, and names as headers can carry them.

use crate::error::ApiError;
use crate::state::App;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::path::{Path, PathBuf};

/// What RFC 8187 lets stand unencoded, besides letters and digits.
const EXTENDED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The absolute path of a file that a client named.
pub(super) fn resolve(app: &App, path: &str) -> Result<PathBuf, ApiError> {
    if path.is_empty() {
        return Err(ApiError::invalid_path("the path is empty"));
    }
    if path.contains('\0') {
        return Err(ApiError::invalid_path(format!("the path {path:?} contains a NUL character")));
    }
    Ok(app.workdir.join(path))
}

/// The last part of a path, as text.
pub(super) fn base_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// `name` percent-encoded as the value of a `filename*` parameter.
pub(super) fn extended(name: &str) -> String {
    format!("utf-8''{}", utf8_percent_encode(name, EXTENDED))
}

/// The path without `.` and trailing slashes. `..` stays: what it means depends on links.
pub(super) fn tidy(path: &Path) -> PathBuf {
    path.components().collect()
}

/// An entry below `root` as clients see it: the path they gave, joined with where the entry lies below it.
pub(super) fn joined(given: &Path, root: &Path, entry: &Path) -> String {
    let below = entry.strip_prefix(root).unwrap_or(entry);
    let whole = if below.as_os_str().is_empty() { given.to_owned() } else { given.join(below) };
    let whole = tidy(&whole);
    // As Go cleans paths: `./a` is `a`, and `.` alone stays.
    let bare = whole.strip_prefix(".").map(Path::to_owned).unwrap_or(whole);
    if bare.as_os_str().is_empty() { ".".to_owned() } else { bare.to_string_lossy().into_owned() }
}

/// Permission bits written in octal.
pub(super) fn mode(text: &str) -> Result<u32, ApiError> {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    let octal = !digits.is_empty() && digits.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    let bits = u32::from_str_radix(digits, 8).ok().filter(|bits| octal && *bits <= 0o7777);
    bits.ok_or_else(|| ApiError::bad_request(format!("the mode must be octal, such as 0755, not '{text}'")))
}
