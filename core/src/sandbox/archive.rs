//! Moving a stopped sandbox out of the way.

use super::{API, CONTROL_TIMEOUT, Sandbox};
use crate::Result;
use crate::transport::Call;
use http::Method;

impl Sandbox {
    /// Moves a stopped sandbox to cheaper storage, where the server has any. Returns once it has begun.
    ///
    /// # Errors
    /// Any code of a request.
    pub async fn archive(&self) -> Result<()> {
        let id = self.id();
        let verb = format!("archive sandbox {id}");
        let path = ["sandbox", &id, "archive"];
        let call = Call::new(&verb, Method::POST, API, &path, CONTROL_TIMEOUT.deadline()).once();
        self.transport().send(call).await?.discard().await;
        self.refresh_within(&verb, CONTROL_TIMEOUT.deadline()).await
    }
}
