//! Committing what is staged.

use super::{Git, check};
use crate::transport::Resend;
use crate::{Error, ErrorCode, Result};
use daytona_protocol::git::{CommitRequest, CommitResponse};
use http::Method;

/// Who commits where nobody is named and the server insists on a name.
const AUTHOR: &str = "Daytona";
const EMAIL: &str = "daytona@localhost";

impl Git {
    /// Commits what is staged and returns the hash of the commit. Author and committer are `author` and
    /// `email`; without them whom the git configuration of the sandbox names, else "Daytona".
    ///
    /// # Errors
    /// `Validation` when nothing is staged; `Conflict` when files have conflicts; any code of a request.
    pub async fn commit(
        &self,
        path: &str,
        message: &str,
        author: Option<&str>,
        email: Option<&str>,
    ) -> Result<String> {
        let verb = self.verb(&format!("commit to {path}"));
        check(&verb, "the path of the repository", path)?;
        check(&verb, "the commit message", message)?;
        let mut request = CommitRequest {
            path: path.to_owned(),
            message: message.to_owned(),
            author: author.unwrap_or_default().to_owned(),
            email: email.unwrap_or_default().to_owned(),
            allow_empty: None,
        };
        let unnamed = request.author.is_empty() || request.email.is_empty();
        let answer = match self.change(&verb, Method::POST, "commit", &request, Resend::Never).await {
            // Servers that insist on names refuse the body as such, before anything is done.
            Err(error) if unnamed && error.code() == ErrorCode::Validation && error.status() == Some(400) => {
                for (value, default) in [(&mut request.author, AUTHOR), (&mut request.email, EMAIL)] {
                    if value.is_empty() {
                        default.clone_into(value);
                    }
                }
                self.change(&verb, Method::POST, "commit", &request, Resend::Never).await?
            }
            other => other?,
        };
        let hash = answer.json::<CommitResponse>().await?.hash;
        if hash.is_empty() {
            return Err(Error::failed(ErrorCode::Server, &verb, "the sandbox named no commit"));
        }
        Ok(hash)
    }
}
