//! Looking into a folder.

use super::{FileInfo, FileSystem, check_path};
use crate::Result;
use crate::sandbox::CONTROL_TIMEOUT;
use daytona_protocol::files as wire;
use http::Method;

impl FileSystem {
    /// What is in a folder, by name. Symbolic links show what they lead to.
    ///
    /// # Errors
    /// `NotFound` when there is no such folder; `Validation` when it is a file.
    pub async fn list_files(&self, path: &str) -> Result<Vec<FileInfo>> {
        let verb = format!("list {path} in sandbox {}", self.sandbox.id());
        check_path(&verb, path)?;
        // Some servers write an empty list as null.
        let files: Option<Vec<wire::FileInfo>> = self
            .sandbox
            .toolbox_json(&verb, Method::GET, &["files"], CONTROL_TIMEOUT.deadline(), |call| {
                call.query.push(("path", path.to_owned()));
                Ok(())
            })
            .await?;
        Ok(files.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}
