//! Sending commits to a remote.

use super::{Git, GitTransfer};
use crate::Result;

impl Git {
    /// Pushes a branch to the branch of the same name of a remote. Up to date is a success.
    ///
    /// # Errors
    /// `Authentication` and `Authorization` when the remote refuses the credentials; `Conflict` when the remote
    /// has commits that are not here; `NotFound` for the remote or branch; `Connection` when the remote cannot
    /// be reached; any code of a request.
    pub async fn push(&self, path: &str, transfer: GitTransfer) -> Result<()> {
        self.transfer("push", path, transfer).await
    }
}
