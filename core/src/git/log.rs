//! The history of a repository.

use super::Git;
use crate::Result;
use daytona_protocol::git::CommitInfo;

/// A commit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GitCommitInfo {
    /// Its name.
    pub hash: String,
    /// Its message.
    pub message: String,
    /// Name of its author.
    pub author: String,
    /// Email address of its author.
    pub email: String,
    /// When it was authored, RFC 3339.
    pub timestamp: String,
}

impl Git {
    /// The commits that lead to what is checked out, newest first.
    ///
    /// # Errors
    /// `NotFound` when there is no repository, or no commit in it; any code of a request.
    pub async fn log(&self, path: &str) -> Result<Vec<GitCommitInfo>> {
        let verb = self.verb(&format!("get the history of {path}"));
        let commits: Option<Vec<CommitInfo>> = self.look(&verb, "history", path).await?;
        Ok(commits.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}

impl From<CommitInfo> for GitCommitInfo {
    fn from(wire: CommitInfo) -> Self {
        let CommitInfo { hash, message, author, email, timestamp } = wire;
        Self { hash, message, author, email, timestamp }
    }
}
