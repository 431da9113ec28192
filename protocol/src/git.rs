//! Bodies of the git routes.
//!
//! Requests that carry a password show it in no `Debug` text.

use serde::{Deserialize, Serialize};
use std::fmt;

/// `POST /git/clone`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CloneRequest {
    /// What to clone.
    pub url: String,
    /// The folder to clone into.
    pub path: String,
    /// The branch or tag to check out; the remote's own choice when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit to check out afterwards, detached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_id: Option<String>,
    /// Only the newest commits, so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
    /// Do not check the server's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insecure_skip_tls: Option<bool>,
    /// Used only together with a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// A password or token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// `POST /git/push` and `POST /git/pull`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TransferRequest {
    /// The repository.
    pub path: String,
    /// `origin` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// The current branch when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Push only: make the pushed branch the upstream of the local one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_upstream: Option<bool>,
    /// Used only together with a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// A password or token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

// The URL may have credentials inside, so it is not shown either.
impl fmt::Debug for CloneRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloneRequest").field("path", &self.path).finish_non_exhaustive()
    }
}

impl fmt::Debug for TransferRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransferRequest").field("path", &self.path).finish_non_exhaustive()
    }
}

/// `POST /git/add`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AddRequest {
    /// The repository.
    pub path: String,
    /// What to stage, relative to `path`; `.` is everything.
    pub files: Vec<String>,
}

/// `POST` (create) and `DELETE /git/branches`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BranchRequest {
    /// The repository.
    pub path: String,
    /// The branch.
    pub name: String,
}

/// `POST /git/checkout`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckoutRequest {
    /// The repository.
    pub path: String,
    /// A branch, else a tag or commit.
    pub branch: String,
}

/// `POST /git/commit`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CommitRequest {
    /// The repository.
    pub path: String,
    /// The commit message.
    pub message: String,
    /// Name of author and committer; empty means the sandbox's own git configuration.
    #[serde(default)]
    pub author: String,
    /// Their email address; empty means the sandbox's own git configuration.
    #[serde(default)]
    pub email: String,
    /// Commit even if nothing is staged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_empty: Option<bool>,
}

/// The answer to `POST /git/commit`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CommitResponse {
    /// The new commit.
    pub hash: String,
}

/// `GET /git/branches`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListBranchResponse {
    /// Local branches by name.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub branches: Vec<String>,
    /// The one that is checked out; empty when `HEAD` is detached.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub current: String,
}

/// One entry of `GET /git/history`, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CommitInfo {
    /// The commit.
    pub hash: String,
    /// Its message without the final newline.
    pub message: String,
    /// Name of its author.
    pub author: String,
    /// Email address of its author.
    pub email: String,
    /// When it was authored, RFC 3339.
    pub timestamp: String,
}

/// `GET /git/status`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    /// The branch; `HEAD` when detached.
    pub current_branch: String,
    /// Files that are not as committed.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub file_status: Vec<FileStatus>,
    /// The same under the name that clients of version 0.14 read; servers of that time wrote it without brackets.
    #[serde(rename = "FileStatus[]", alias = "FileStatus", skip_serializing_if = "Option::is_none")]
    pub legacy_file_status: Option<Vec<FileStatus>>,
    /// Commits that the upstream branch lacks.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub ahead: i64,
    /// Commits of the upstream branch that are missing here.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub behind: i64,
    /// Whether the branch has an upstream branch.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub branch_published: bool,
    /// Whether no branch is checked out.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub detached: bool,
    /// The upstream branch, such as `origin/main`; empty without one.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub upstream: String,
}

/// A file in [`Status`].
///
/// The words are `Unmodified`, `Untracked`, `Modified`, `Added`, `Deleted`, `Renamed`, `Copied` and
/// `Updated but unmerged`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileStatus {
    /// Path from the top of the repository. Bytes that are not UTF-8 show as U+FFFD.
    pub name: String,
    /// The index against the last commit.
    pub staging: String,
    /// The file against the index.
    pub worktree: String,
    /// The old name, when it was renamed or copied.
    pub extra: String,
}

/// `GET /git/remotes`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListRemotesResponse {
    /// The configured remotes.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub remotes: Vec<Remote>,
}

/// A remote.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remote {
    /// Its name, such as `origin`.
    pub name: String,
    /// Where it fetches from.
    pub url: String,
}

/// `url` with a user and password in it replaced, for texts that people read; other text stays.
#[must_use]
pub fn without_credentials(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        clean.push_str(before);
        // The host begins after the last @ before the path: an unescaped one may be part of a password.
        let end = after.find(|c: char| c == '/' || c == '?' || c == '#' || c.is_whitespace() || c == '\'');
        let (authority, tail) = after.split_at(end.unwrap_or(after.len()));
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                clean.push_str("***@");
                clean.push_str(host);
            }
            None => clean.push_str(authority),
        }
        rest = tail;
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_urls_are_hidden() {
        let cases = [
            ("https://u:p@h/r", "https://***@h/r"),
            ("fatal: 'https://u:p@h:1/r' and http://t@g", "fatal: 'https://***@h:1/r' and http://***@g"),
            ("https://u:p@ss@h", "https://***@h"),
            ("https://h/a@b", "https://h/a@b"),
            ("no url", "no url"),
            ("://", "://"),
        ];
        for (text, clean) in cases {
            assert_eq!(without_credentials(text), clean);
        }
    }

    #[test]
    fn debug_shows_no_password() {
        let clone = CloneRequest {
            url: "https://u:s3cret@h".into(),
            password: Some("s3cret".into()),
            ..CloneRequest::default()
        };
        let transfer = TransferRequest { password: Some("s3cret".into()), ..TransferRequest::default() };
        assert!(!format!("{clone:?} {transfer:?}").contains("s3cret"));
    }

    #[test]
    fn what_servers_leave_out_reads_as_nothing() {
        let status: Status = serde_json::from_str(
            r#"{"currentBranch":"main","fileStatus":null,"FileStatus[]":[],"ahead":null,"new":1}"#,
        )
        .expect("lenient");
        assert_eq!((status.current_branch.as_str(), status.file_status.len(), status.ahead), ("main", 0, 0));
        let branches: ListBranchResponse = serde_json::from_str(r#"{"branches":null}"#).expect("lenient");
        assert!(branches.branches.is_empty());
    }
}
