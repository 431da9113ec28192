//! Looking at a file or folder.

use super::{FileSystem, check_path};
use crate::Result;
use crate::sandbox::CONTROL_TIMEOUT;
use daytona_protocol::files as wire;
use http::Method;

/// What is known of a file or folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileInfo {
    /// The last part of its path.
    pub name: String,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// In bytes.
    pub size: u64,
    /// When it was last changed, as the server writes times.
    pub mod_time: String,
    /// Kind and permissions: `-rw-r--r--`, `drwxr-xr-x`.
    pub mode: String,
    /// Permissions in octal: `0644`.
    pub permissions: String,
    /// Its user's number.
    pub owner: String,
    /// Its group's number.
    pub group: String,
}

impl From<wire::FileInfo> for FileInfo {
    fn from(wire: wire::FileInfo) -> Self {
        Self {
            name: wire.name,
            is_dir: wire.is_dir,
            size: u64::try_from(wire.size).unwrap_or(0),
            mod_time: wire.mod_time,
            mode: wire.mode,
            permissions: wire.permissions,
            owner: wire.owner,
            group: wire.group,
        }
    }
}

impl FileSystem {
    /// What is known of a file or folder; of what it leads to, when it is a symbolic link.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn get_file_info(&self, path: &str) -> Result<FileInfo> {
        let verb = format!("look at {path} in sandbox {}", self.sandbox.id());
        check_path(&verb, path)?;
        let info: wire::FileInfo = self
            .sandbox
            .toolbox_json(&verb, Method::GET, &["files", "info"], CONTROL_TIMEOUT.deadline(), |call| {
                call.query.push(("path", path.to_owned()));
                Ok(())
            })
            .await?;
        Ok(info.into())
    }
}
