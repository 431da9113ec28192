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
        let answer = self
            .sandbox
            .toolbox(&verb, Method::GET, &["files"], CONTROL_TIMEOUT.deadline(), |call| {
                call.query.push(("path", path.to_owned()));
                Ok(())
            })
            .await?;
        // Some servers write an empty list as null.
        let files = answer.json::<Option<Vec<wire::FileInfo>>>().await?.unwrap_or_default();
        Ok(files.into_iter().map(Into::into).collect())
    }
}
