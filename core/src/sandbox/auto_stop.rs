//! When an idle sandbox stops by itself.

use super::params::check_auto_stop;
use super::{API, CONTROL_TIMEOUT, Sandbox};
use crate::Result;
use crate::transport::Call;
use http::Method;

impl Sandbox {
    /// Sets the minutes without activity until it is stopped; 0 never.
    ///
    /// # Errors
    /// `Validation` when negative.
    pub async fn set_auto_stop_interval(&self, minutes: i32) -> Result<()> {
        let id = self.id();
        let verb = format!("set the auto-stop interval of sandbox {id}");
        check_auto_stop(&verb, Some(minutes))?;
        let interval = minutes.to_string();
        let path = ["sandbox", &id, "autostop", &interval];
        let call = Call::new(&verb, Method::POST, API, &path, CONTROL_TIMEOUT.deadline());
        self.transport().send(call).await?.discard().await;
        self.amend(|data| data.auto_stop_interval = Some(f64::from(minutes)));
        Ok(())
    }
}
