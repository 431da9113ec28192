//! Removing a branch.

use super::{Git, check};
use crate::Result;
use crate::transport::Resend;
use daytona_protocol::git::BranchRequest;
use http::Method;

impl Git {
    /// Removes the local branch `name`, merged or not.
    ///
    /// # Errors
    /// `Conflict` when it is checked out; `NotFound` when it is not there; any code of a request.
    pub async fn delete_branch(&self, path: &str, name: &str) -> Result<()> {
        let verb = self.verb(&format!("delete the branch {name} of {path}"));
        check(&verb, "the path of the repository", path)?;
        check(&verb, "the name of the branch", name)?;
        let request = BranchRequest { path: path.to_owned(), name: name.to_owned() };
        self.change(&verb, Method::DELETE, "branches", &request, Resend::Never).await?.discard().await;
        Ok(())
    }
}
