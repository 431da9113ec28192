//! What is checked out and what changed.

use super::Git;
use crate::Result;
use daytona_protocol::git::{self as wire};

/// The state of a repository.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GitStatus {
    /// The branch; `HEAD` when detached.
    pub current_branch: String,
    /// Files that are not as committed.
    pub file_status: Vec<FileStatus>,
    /// Commits that the upstream branch lacks.
    pub ahead: u64,
    /// Commits of the upstream branch that are missing here.
    pub behind: u64,
    /// Whether the branch has an upstream branch.
    pub branch_published: bool,
}

/// The state of one file, in the words `Unmodified`, `Untracked`, `Modified`, `Added`, `Deleted`, `Renamed`,
/// `Copied` and `Updated but unmerged`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileStatus {
    /// Path from the top of the repository.
    pub name: String,
    /// The index against the last commit.
    pub staging: String,
    /// The file against the index.
    pub worktree: String,
    /// The old name, when it was renamed or copied.
    pub extra: String,
}

impl Git {
    /// What is checked out, what changed, and how it relates to the upstream branch.
    ///
    /// # Errors
    /// `NotFound` when there is no repository, or no commit in it; any code of a request.
    pub async fn status(&self, path: &str) -> Result<GitStatus> {
        let verb = self.verb(&format!("get the git status of {path}"));
        Ok(self.look::<wire::Status>(&verb, "status", path).await?.into())
    }
}

impl From<wire::Status> for GitStatus {
    fn from(wire: wire::Status) -> Self {
        let files = match wire.legacy_file_status {
            Some(legacy) if wire.file_status.is_empty() => legacy,
            _ => wire.file_status,
        };
        Self {
            current_branch: wire.current_branch,
            file_status: files.into_iter().map(Into::into).collect(),
            ahead: wire.ahead.try_into().unwrap_or_default(),
            behind: wire.behind.try_into().unwrap_or_default(),
            branch_published: wire.branch_published,
        }
    }
}

impl From<wire::FileStatus> for FileStatus {
    fn from(wire: wire::FileStatus) -> Self {
        let wire::FileStatus { name, staging, worktree, extra } = wire;
        Self { name, staging, worktree, extra }
    }
}
