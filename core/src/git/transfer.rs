//! What `push` and `pull` share.

use super::{Git, check};
use crate::Result;
use crate::transport::Resend;
use daytona_protocol::git::TransferRequest;
use http::Method;
use std::fmt;

/// Where to push to or pull from, and with which credentials.
#[derive(Clone, Default, PartialEq)]
pub struct GitTransfer {
    /// Used only together with a password.
    pub username: Option<String>,
    /// A password or token.
    pub password: Option<String>,
    /// `origin` when none.
    pub remote: Option<String>,
    /// The current branch when none.
    pub branch: Option<String>,
}

impl Git {
    pub(super) async fn transfer(&self, doing: &str, path: &str, transfer: GitTransfer) -> Result<()> {
        let verb = self.verb(&format!("{doing} {path}"));
        check(&verb, "the path of the repository", path)?;
        let request = TransferRequest {
            path: path.to_owned(),
            remote: transfer.remote,
            branch: transfer.branch,
            username: transfer.username,
            password: transfer.password,
            set_upstream: None,
        };
        self.change(&verb, Method::POST, doing, &request, Resend::Never).await?.discard().await;
        Ok(())
    }
}

impl fmt::Debug for GitTransfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitTransfer")
            .field("remote", &self.remote)
            .field("branch", &self.branch)
            .field("username", &self.username)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .finish()
    }
}
