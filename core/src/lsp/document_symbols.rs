//! The symbols of a file.

use super::{Ask, LspServer, LspSymbol, uri};
use crate::Result;

impl LspServer {
    /// The classes, functions, variables and the like of a file, opened or not.
    ///
    /// # Errors
    /// `NotFound` for a file that does not exist; those of [`LspServer::start`].
    pub async fn document_symbols(&self, path: &str) -> Result<Vec<LspSymbol>> {
        let verb = self.verb(&format!("get the symbols of {path}"));
        let ask = Ask::get(self, "uri", uri(&verb, path)?);
        Ok(self
            .feature(|| self.look::<Option<_>>(&verb, "document-symbols", &ask))
            .await?
            .unwrap_or_default())
    }
}
