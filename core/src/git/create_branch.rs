//! Making a branch.

use super::{Git, check};
use crate::Result;
use crate::transport::Resend;
use daytona_protocol::git::BranchRequest;
use http::Method;

impl Git {
    /// Makes the branch `name` at the current commit and checks it out.
    ///
    /// # Errors
    /// `Conflict` when it exists; `Validation` for a name git does not allow; any code of a request.
    pub async fn create_branch(&self, path: &str, name: &str) -> Result<()> {
        let verb = self.verb(&format!("create the branch {name} of {path}"));
        check(&verb, "the path of the repository", path)?;
        check(&verb, "the name of the branch", name)?;
        let request = BranchRequest { path: path.to_owned(), name: name.to_owned() };
        self.change(&verb, Method::POST, "branches", &request, Resend::Never).await?.discard().await;
        Ok(())
    }
}
