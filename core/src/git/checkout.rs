//! Switching to a branch.

use super::{Git, check};
use crate::Result;
use crate::transport::Resend;
use daytona_protocol::git::CheckoutRequest;
use http::Method;

impl Git {
    /// Checks out `branch`; a tag or commit is checked out detached.
    ///
    /// # Errors
    /// `NotFound` when there is no such branch or commit; `Conflict` when uncommitted changes would be lost;
    /// any code of a request.
    pub async fn checkout(&self, path: &str, branch: &str) -> Result<()> {
        let verb = self.verb(&format!("check out {branch} of {path}"));
        check(&verb, "the path of the repository", path)?;
        check(&verb, "the name of the branch", branch)?;
        let request = CheckoutRequest { path: path.to_owned(), branch: branch.to_owned() };
        self.change(&verb, Method::POST, "checkout", &request, Resend::Idempotent).await?.discard().await;
        Ok(())
    }
}
