//! Stopping a running sandbox; its files stay.

use super::wait::Wanted;
use super::{API, Sandbox};
use crate::transport::Call;
use crate::{Result, Timeout};
use http::Method;

impl Sandbox {
    /// Stops it and waits until it is stopped; its files are kept.
    ///
    /// # Errors
    /// `SandboxState` when it reached the error state; `Timeout`.
    pub async fn stop(&self, timeout: Timeout) -> Result<()> {
        let id = self.id();
        let verb = format!("stop sandbox {id}");
        let deadline = timeout.deadline();
        let call = Call::new(&verb, Method::POST, API, &["sandbox", &id, "stop"], deadline);
        let asked = self.transport().send_json(call).await.map(|data| self.learn(data));
        self.wait_after(asked, &verb, Wanted::Stopped, deadline).await
    }
}
