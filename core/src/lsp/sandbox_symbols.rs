//! The symbols of a project.

use super::{Ask, LspServer, LspSymbol};
use crate::Result;

impl LspServer {
    /// The symbols of the whole project whose names match `query`.
    ///
    /// # Errors
    /// Those of [`LspServer::start`].
    pub async fn sandbox_symbols(&self, query: &str) -> Result<Vec<LspSymbol>> {
        let verb = self.verb(&format!("search the symbols of {}", self.path_to_project));
        let ask = Ask::get(self, "query", query.to_owned());
        Ok(self
            .feature(|| self.look::<Option<_>>(&verb, "workspacesymbols", &ask))
            .await?
            .unwrap_or_default())
    }
}
