//! Telling the server that a file is no longer worked on.

use super::{Ask, LspServer, is_not_started};
use crate::Result;

impl LspServer {
    /// Lets the server forget a file. A server that does not run has none open.
    ///
    /// # Errors
    /// Any code of a request.
    pub async fn did_close(&self, path: &str) -> Result<()> {
        let verb = self.verb(&format!("close {path} in the language server"));
        let ask = Ask::post(&verb, &self.document(&verb, path)?)?;
        match self.call(&verb, "did-close", &ask).await {
            Err(error) if !is_not_started(&error) => return Err(error),
            _ => {}
        }
        Ok(())
    }
}
