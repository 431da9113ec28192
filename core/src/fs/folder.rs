//! Making a folder.

use super::{FileSystem, check_path};
use crate::Result;
use crate::sandbox::CONTROL_TIMEOUT;
use http::Method;

const DEFAULT_MODE: &str = "755";

impl FileSystem {
    /// Makes a folder and those above it that are missing. One that exists is left as it is. `mode` is octal,
    /// 755 by default.
    ///
    /// # Errors
    /// `Validation` for a mode that is none, or where a file of that name exists.
    pub async fn create_folder(&self, path: &str, mode: Option<&str>) -> Result<()> {
        let verb = format!("make the folder {path} in sandbox {}", self.sandbox.id());
        check_path(&verb, path)?;
        self.sandbox
            .toolbox(&verb, Method::POST, &["files", "folder"], CONTROL_TIMEOUT.deadline(), |call| {
                call.query.push(("path", path.to_owned()));
                call.query.push(("mode", mode.unwrap_or(DEFAULT_MODE).to_owned()));
                Ok(())
            })
            .await?
            .discard()
            .await;
        Ok(())
    }
}
