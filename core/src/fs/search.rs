//! Finding files by name.

use super::{FileSystem, TREE_TIMEOUT, check_path};
use crate::{Error, Result};
use daytona_protocol::files as wire;
use http::Method;

impl FileSystem {
    /// Finds files and folders at and below a path whose names match a glob: `*.py`, `test_?.[ch]`.
    ///
    /// # Errors
    /// `NotFound` when there is no such path; `Validation` for a pattern that is no glob.
    pub async fn search_files(&self, path: &str, pattern: &str) -> Result<Vec<String>> {
        let verb = format!("search {path} in sandbox {}", self.sandbox.id());
        check_path(&verb, path)?;
        if pattern.is_empty() {
            return Err(Error::validation(&verb, "the pattern is empty"));
        }
        let found: wire::SearchFilesResponse = self
            .sandbox
            .toolbox_json(&verb, Method::GET, &["files", "search"], TREE_TIMEOUT.deadline(), |call| {
                call.query.push(("path", path.to_owned()));
                call.query.push(("pattern", pattern.to_owned()));
                Ok(())
            })
            .await?;
        Ok(found.files)
    }
}
