//! Stopping the server.

use super::{Ask, LspServer, is_not_started};
use crate::Result;
use std::sync::atomic::Ordering;

impl LspServer {
    /// Ends the server and frees what it uses. One that does not run is stopped already.
    ///
    /// # Errors
    /// Any code of a request.
    pub async fn stop(&self) -> Result<()> {
        let verb = self.verb(&format!("stop the {} language server", self.language_id));
        let ask = Ask::post(&verb, &self.server())?;
        match self.call(&verb, "stop", &ask).await {
            Err(error) if !is_not_started(&error) => return Err(error),
            _ => {}
        }
        self.started.store(false, Ordering::Relaxed);
        Ok(())
    }
}
