//! What could be typed at a place.

use super::{Ask, CompletionList, LspServer, Position};
use crate::Result;
use daytona_protocol::lsp::LspCompletionParams;

impl LspServer {
    /// What could be typed at `position` of a file, opened or not. Lines and characters count from 0.
    ///
    /// # Errors
    /// `NotFound` for a file that does not exist; those of [`LspServer::start`].
    pub async fn completions(&self, path: &str, position: Position) -> Result<CompletionList> {
        let verb = self.verb(&format!("get completions in {path}"));
        let document = self.document(&verb, path)?;
        let request = LspCompletionParams {
            language_id: document.language_id,
            path_to_project: document.path_to_project,
            uri: document.uri,
            position,
            context: None,
        };
        let ask = Ask::post(&verb, &request)?;
        self.feature(|| self.look(&verb, "completions", &ask)).await
    }
}
