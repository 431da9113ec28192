//! Whether previews of a sandbox are open to everyone.

use super::{API, CONTROL_TIMEOUT, Sandbox};
use crate::Result;
use crate::transport::Call;
use http::Method;

impl Sandbox {
    /// Opens its previews to everyone who can reach them, or asks for the token again.
    ///
    /// # Errors
    /// Any code of a request.
    pub async fn set_public(&self, public: bool) -> Result<()> {
        let id = self.id();
        let verb = format!("make sandbox {id} {}", if public { "public" } else { "private" });
        let path = ["sandbox", &id, "public", if public { "true" } else { "false" }];
        let call = Call::new(&verb, Method::POST, API, &path, CONTROL_TIMEOUT.deadline());
        self.transport().send(call).await?.discard().await;
        self.amend(|data| data.public = public);
        Ok(())
    }
}
