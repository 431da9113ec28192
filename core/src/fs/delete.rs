//! Removing a file or folder.

use super::{FileSystem, TREE_TIMEOUT, check_path};
use crate::{ErrorCode, Result};
use http::Method;

impl FileSystem {
    /// Removes a file, a symbolic link (not what it leads to), or with `recursive` a folder and all in it.
    ///
    /// # Errors
    /// `NotFound` when there is none; `Validation` for a folder without `recursive`.
    pub async fn delete_file(&self, path: &str, recursive: bool) -> Result<()> {
        let verb = format!("delete {path} in sandbox {}", self.sandbox.id());
        check_path(&verb, path)?;
        let deleted = self
            .sandbox
            .toolbox(&verb, Method::DELETE, &["files"], TREE_TIMEOUT.deadline(), |call| {
                call.query.push(("path", path.to_owned()));
                if recursive {
                    call.query.push(("recursive", "true".to_owned()));
                }
                Ok(())
            })
            .await;
        match deleted {
            Ok(answer) => answer.discard().await,
            // The first of several attempts arrived and its answer was lost.
            Err(error) if error.code() == ErrorCode::NotFound && error.facts().resent => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
