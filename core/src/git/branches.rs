//! Listing branches.

use super::Git;
use crate::Result;
use daytona_protocol::git::ListBranchResponse;

impl Git {
    /// The local branches of the repository at `path`, by name.
    ///
    /// # Errors
    /// `NotFound` when there is no repository; any code of a request.
    pub async fn branches(&self, path: &str) -> Result<Vec<String>> {
        let verb = self.verb(&format!("list the branches of {path}"));
        Ok(self.look::<ListBranchResponse>(&verb, "branches", path).await?.branches)
    }
}
