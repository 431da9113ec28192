//! The data folder: its mode, the lock that makes one server its owner, and `server.json`, by which clients
//! find that server.
//!
//! What must stay true: the lock is held for as long as `DataDir` lives, and `server.json` is only ever
//! there whole (written aside, then renamed).

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// How clients find a running server: the content of `server.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServerInfo {
    /// Its process.
    pub pid: u32,
    /// Base of the control plane, with `/api`.
    pub url: String,
    /// Its version.
    pub version: String,
    /// When it became ready, ISO 8601.
    pub started_at: String,
}

/// The data folder of the one server that holds its lock.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes the folder when missing and becomes its owner.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| Error::File {
            what: "cannot make the data folder",
            path: path.to_owned(),
            source,
        })?;
        let path = std::fs::canonicalize(path).map_err(|source| Error::File {
            what: "cannot resolve the data folder",
            path: path.to_owned(),
            source,
        })?;
        ensure_private(&path)?;
        let lock_path = path.join("server.lock");
        let lock = private_file().open(&lock_path).map_err(|source| Error::File {
            what: "cannot open the lock file",
            path: lock_path.clone(),
            source,
        })?;
        match rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {
                let data = Self { path, _lock: lock };
                // One that was killed left it: who follows it meets whatever has that process's number and port now.
                data.unpublish();
                Ok(data)
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let running = read_info(&path.join("server.json"))
                    .map(|info| format!(" (pid {}, {})", info.pid, info.url))
                    .unwrap_or_default();
                Err(Error::AlreadyRunning { data_dir: path, running })
            }
            Err(errno) => Err(Error::File { what: "cannot lock", path: lock_path, source: errno.into() }),
        }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A file or folder in it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Tells clients where the server is.
    pub(crate) fn publish(&self, info: &ServerInfo) -> Result<()> {
        let text = serde_json::to_vec(info).map_err(|error| Error::File {
            what: "cannot write",
            path: self.join("server.json"),
            source: error.into(),
        })?;
        self.write_private("server.json", &text)
    }

    /// Takes `server.json` away: nobody is to find a server that is ending.
    pub(crate) fn unpublish(&self) {
        let path = self.join("server.json");
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(path = %path.display(), %error, "cannot remove server.json");
        }
    }

    /// Writes a 0600 file whole or not at all.
    pub(crate) fn write_private(&self, name: &str, content: &[u8]) -> Result<()> {
        let path = self.join(name);
        let aside = self.join(&format!("{name}.new"));
        let written = (|| {
            let mut file = private_file().truncate(true).open(&aside)?;
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
            file.write_all(content)?;
            file.sync_all()?;
            std::fs::rename(&aside, &path)?;
            File::open(&self.path)?.sync_all()
        })();
        written.map_err(|source| Error::File { what: "cannot write", path, source })
    }
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).mode(0o600);
    options
}

fn read_info(path: &Path) -> Option<ServerInfo> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// Another user who may write here could plant keys or sandboxes; one who may read could take them.
fn ensure_private(path: &Path) -> Result<()> {
    let unsafe_because = |reason: String| Error::UnsafeDataDir { path: path.to_owned(), reason };
    let metadata = std::fs::metadata(path).map_err(|source| Error::File {
        what: "cannot look at the data folder",
        path: path.to_owned(),
        source,
    })?;
    let me = rustix::process::geteuid().as_raw();
    if metadata.uid() != me {
        return Err(unsafe_because(format!(
            "it belongs to user {}, and the server runs as {me}; choose another --data-dir",
            metadata.uid()
        )));
    }
    if metadata.mode() & 0o077 != 0 {
        // Closing a folder that is somebody's for another purpose (`--data-dir /tmp`) would break the machine.
        let ours = path.join("server.lock").exists()
            || std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
        if !ours {
            return Err(unsafe_because(
                "others may enter it and it holds other things; choose a folder of its own, or chmod 700 it"
                    .to_owned(),
            ));
        }
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(|error| {
            unsafe_because(format!("others may enter it and its mode cannot be set to 0700: {error}"))
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_owner_at_a_time_and_the_second_is_told_who() {
        let parent = tempfile::tempdir().expect("tempdir");
        let path = parent.path().join("data");
        let first = DataDir::open(&path).expect("opens");
        let info = ServerInfo {
            pid: 4242,
            url: "http://127.0.0.1:1/api".into(),
            version: "1".into(),
            started_at: String::new(),
        };
        first.publish(&info).expect("publishes");
        let message = DataDir::open(&path).expect_err("locked").to_string();
        assert!(message.contains("pid 4242") && message.contains("http://127.0.0.1:1/api"), "{message}");
        let mode = std::fs::metadata(path.join("server.json")).expect("there").mode();
        assert_eq!(mode & 0o777, 0o600);
        // One that is killed leaves its file, and its successor is not to be taken for it while it starts.
        drop(first);
        let second = DataDir::open(&path).expect("free again");
        assert!(!path.join("server.json").exists());
        drop(second);
    }

    #[test]
    fn a_folder_others_may_enter_is_closed_to_them() {
        let dir = tempfile::tempdir().expect("tempdir");
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).expect("chmod");
        let data = DataDir::open(dir.path()).expect("opens");
        assert_eq!(std::fs::metadata(data.path()).expect("there").mode() & 0o777, 0o700);
    }

    #[test]
    fn a_folder_in_use_for_something_else_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().expect("tempdir");
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).expect("chmod");
        std::fs::write(dir.path().join("letter.txt"), "mine").expect("writes");
        let error = DataDir::open(dir.path()).expect_err("refused");
        assert!(matches!(error, Error::UnsafeDataDir { .. }), "{error}");
        assert_eq!(std::fs::metadata(dir.path()).expect("there").mode() & 0o777, 0o755);
    }
}
