//! Telling the server that a file is being worked on.

use super::{Ask, LspServer};
use crate::Result;

impl LspServer {
    /// Has the server read a file of the sandbox and keep it ready until [`LspServer::did_close`]. What is
    /// written to the file later is seen: the toolbox reads it anew for each feature.
    ///
    /// # Errors
    /// `NotFound` for a file that does not exist; `Validation` for one that is no text file; those of
    /// [`LspServer::start`].
    pub async fn did_open(&self, path: &str) -> Result<()> {
        let verb = self.verb(&format!("open {path} in the language server"));
        let ask = Ask::post(&verb, &self.document(&verb, path)?)?;
        self.feature(|| self.call(&verb, "did-open", &ask)).await
    }
}
