//! Cloning a repository.

use super::{Git, check};
use crate::Result;
use crate::transport::Resend;
use daytona_protocol::git::{CloneRequest, without_credentials};
use http::Method;
use std::fmt;

/// What to clone, and where to.
#[derive(Clone, Default, PartialEq)]
pub struct GitClone {
    /// The repository. Credentials inside are used as `username` and `password`, and not kept.
    pub url: String,
    /// The folder, relative to the sandbox's working folder.
    pub path: String,
    /// The branch or tag; the remote's own choice when none.
    pub branch: Option<String>,
    /// The commit to check out afterwards, detached.
    pub commit_id: Option<String>,
    /// Used only together with a password.
    pub username: Option<String>,
    /// A password or token.
    pub password: Option<String>,
}

impl Git {
    /// Clones one branch of a repository into a folder that does not exist or is empty. A clone that fails, or
    /// whose future is dropped, leaves no half repository where the toolbox is ours.
    ///
    /// # Errors
    /// `Authentication` and `Authorization` when the remote refuses; `NotFound` for the repository, branch or
    /// commit; `Conflict` when the folder is not empty; `Connection` when the remote cannot be reached; any
    /// code of a request.
    pub async fn clone_repository(&self, request: GitClone) -> Result<()> {
        // The documents print some URLs as Markdown does, in angle brackets, which no URL contains.
        let url = request.url.trim();
        let url = url.strip_prefix('<').and_then(|url| url.strip_suffix('>')).unwrap_or(url);
        let verb = self.verb(&format!("clone {} into {}", without_credentials(url), request.path));
        check(&verb, "the URL of the repository", url)?;
        check(&verb, "the path of the repository", &request.path)?;
        let request = CloneRequest {
            url: url.to_owned(),
            path: request.path,
            branch: request.branch,
            commit_id: request.commit_id,
            username: request.username,
            password: request.password,
            ..CloneRequest::default()
        };
        self.change(&verb, Method::POST, "clone", &request, Resend::Never).await?.discard().await;
        Ok(())
    }
}

impl fmt::Debug for GitClone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitClone")
            .field("url", &without_credentials(&self.url))
            .field("path", &self.path)
            .field("branch", &self.branch)
            .field("commit_id", &self.commit_id)
            .field("username", &self.username)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .finish()
    }
}
