//! Who may do what with a file.

use super::{FileSystem, check_path};
use crate::Result;
use crate::sandbox::CONTROL_TIMEOUT;
use http::Method;

/// What to change; what is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePermissions {
    /// Permissions in octal: `644`.
    pub mode: Option<String>,
    /// A user's name or number.
    pub owner: Option<String>,
    /// A group's name or number.
    pub group: Option<String>,
}

impl FileSystem {
    /// Sets mode, owner and group of a file or folder, each when given.
    ///
    /// # Errors
    /// `NotFound` when there is none; `Validation` for a mode, user or group that is none; `Authorization`
    /// when the sandbox's user may not.
    pub async fn set_file_permissions(&self, path: &str, permissions: FilePermissions) -> Result<()> {
        let verb = format!("set the permissions of {path} in sandbox {}", self.sandbox.id());
        check_path(&verb, path)?;
        self.sandbox
            .toolbox(&verb, Method::POST, &["files", "permissions"], CONTROL_TIMEOUT.deadline(), |call| {
                call.query.push(("path", path.to_owned()));
                let FilePermissions { mode, owner, group } = permissions;
                let given = [("mode", mode), ("owner", owner), ("group", group)];
                call.query.extend(given.into_iter().filter_map(|(name, value)| Some((name, value?))));
                Ok(())
            })
            .await?
            .discard()
            .await;
        Ok(())
    }
}
