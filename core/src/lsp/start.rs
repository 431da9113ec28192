//! Starting the server.

use super::{Ask, LspServer};
use crate::Result;
use std::sync::atomic::Ordering;

impl LspServer {
    /// Starts the server and returns when it can be used; does nothing when it runs.
    ///
    /// # Errors
    /// `ProcessExecution` when the sandbox has no such language server; `Timeout` or `Server` when it does not
    /// come up.
    pub async fn start(&self) -> Result<()> {
        let verb = self.verb(&format!("start the {} language server", self.language_id));
        let ask = Ask::post(&verb, &self.server())?;
        self.call(&verb, "start", &ask).await?;
        self.started.store(true, Ordering::Relaxed);
        Ok(())
    }
}
