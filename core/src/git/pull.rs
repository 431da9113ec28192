//! Getting commits from a remote.

use super::{Git, GitTransfer};
use crate::Result;

impl Git {
    /// Brings the checked-out branch to where the branch of the remote is, by fast-forward only. Up to date is
    /// a success.
    ///
    /// # Errors
    /// `Authentication` and `Authorization` when the remote refuses the credentials; `Conflict` when both sides
    /// have commits of their own, or uncommitted changes would be lost; `NotFound` for the remote or branch;
    /// `Connection` when the remote cannot be reached; any code of a request.
    pub async fn pull(&self, path: &str, transfer: GitTransfer) -> Result<()> {
        self.transfer("pull", path, transfer).await
    }
}
