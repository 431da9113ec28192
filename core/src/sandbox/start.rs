//! Starting a stopped sandbox.

use super::wait::Wanted;
use super::{API, Sandbox};
use crate::transport::Call;
use crate::{Result, Timeout};
use http::Method;

impl Sandbox {
    /// Starts it and waits until it is started. Starting a started sandbox is no error.
    ///
    /// # Errors
    /// `SandboxState` when it reached the error state; `Timeout`.
    pub async fn start(&self, timeout: Timeout) -> Result<()> {
        let id = self.id();
        let verb = format!("start sandbox {id}");
        let deadline = timeout.deadline();
        let call = Call::new(&verb, Method::POST, API, &["sandbox", &id, "start"], deadline);
        let asked = self.transport().send_json(call).await.map(|data| self.learn(data));
        self.wait_after(asked, &verb, Wanted::Started, deadline).await
    }
}
