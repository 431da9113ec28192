//! Making the handle of a language server.

use super::LspServer;
use crate::{Error, Result, Sandbox};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const LANGUAGES: [&str; 3] = ["python", "typescript", "javascript"];

impl Sandbox {
    /// A language server of this sandbox. Nothing is sent: [`LspServer::start`], or the first feature, starts it.
    ///
    /// # Errors
    /// `Validation` for a language that has no server, or an empty project path.
    pub fn create_lsp_server(&self, language_id: &str, path_to_project: &str) -> Result<LspServer> {
        let verb = format!("create a language server in sandbox {}", self.id());
        if !LANGUAGES.contains(&language_id) {
            let reason = format!(
                "there is none for {language_id:?}; language_id must be one of {}",
                LANGUAGES.join(", ")
            );
            return Err(Error::validation(&verb, reason));
        }
        if path_to_project.is_empty() || path_to_project.contains('\0') {
            return Err(Error::validation(
                &verb,
                "path_to_project must be the path of a folder in the sandbox",
            ));
        }
        Ok(LspServer {
            sandbox: self.clone(),
            language_id: Arc::from(language_id),
            path_to_project: Arc::from(path_to_project),
            started: Arc::new(AtomicBool::new(false)),
        })
    }
}
