//! Finding text in files.

use super::{FileSystem, TREE_TIMEOUT, check_path};
use crate::{Error, Result};
use daytona_protocol::files as wire;
use http::Method;

/// A line that has what was looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// The searched path, joined with where the file lies below it.
    pub file: String,
    /// Number of the line, from 1.
    pub line: u64,
    /// The line without its end.
    pub content: String,
}

impl From<wire::Match> for Match {
    fn from(wire: wire::Match) -> Self {
        Self { file: wire.file, line: wire.line, content: wire.content }
    }
}

impl FileSystem {
    /// Finds a literal text in a file, or in all files below a folder, binary ones aside.
    ///
    /// # Errors
    /// `NotFound` when there is no such path.
    pub async fn find_files(&self, path: &str, pattern: &str) -> Result<Vec<Match>> {
        let verb = format!("find text in {path} in sandbox {}", self.sandbox.id());
        check_path(&verb, path)?;
        if pattern.is_empty() {
            return Err(Error::validation(&verb, "the pattern is empty"));
        }
        // Some servers write an empty list as null.
        let matches: Option<Vec<wire::Match>> = self
            .sandbox
            .toolbox_json(&verb, Method::GET, &["files", "find"], TREE_TIMEOUT.deadline(), |call| {
                call.query.push(("path", path.to_owned()));
                call.query.push(("pattern", pattern.to_owned()));
                Ok(())
            })
            .await?;
        Ok(matches.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}
