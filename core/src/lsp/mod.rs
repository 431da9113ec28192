//! Language servers in a sandbox: completions and symbols of a project there.
//!
//! A feature starts the server when it does not run: the first time, after `stop`, after the sandbox was
//! stopped, or after the server broke down. Every call may be repeated without harm.

mod completions;
mod create;
mod did_close;
mod did_open;
mod document_symbols;
mod sandbox_symbols;
mod start;
mod stop;

pub use daytona_protocol::lsp::{
    CompletionItem, CompletionList, LspLocation, LspPosition as Position, LspRange, LspSymbol,
};

use crate::transport::{Body, Call};
use crate::{Error, ErrorCode, Result, Sandbox, Timeout};
use bytes::Bytes;
use daytona_protocol::lsp::{LspDocumentRequest, LspServerRequest};
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Beyond what a toolbox gives a language server to answer, so that its own words reach the caller.
const LSP_TIMEOUT: Timeout = Timeout::after(Duration::from_secs(75));
/// What every toolbox says of a server that does not run; the wire has no code for it.
const NOT_STARTED: &str = "server not initialized";

/// A language server for one language and one project folder of a sandbox. Clones are the same server.
#[derive(Clone, Debug)]
pub struct LspServer {
    sandbox: Sandbox,
    language_id: Arc<str>,
    path_to_project: Arc<str>,
    /// Whether a start was answered; the server may have ended since.
    started: Arc<AtomicBool>,
}

impl LspServer {
    /// The language it is for.
    #[must_use]
    pub fn language_id(&self) -> &str {
        &self.language_id
    }

    /// The project's folder.
    #[must_use]
    pub fn path_to_project(&self) -> &str {
        &self.path_to_project
    }

    fn verb(&self, what: &str) -> String {
        format!("{what} in sandbox {}", self.sandbox.id())
    }

    fn server(&self) -> LspServerRequest {
        LspServerRequest {
            language_id: self.language_id.to_string(),
            path_to_project: self.path_to_project.to_string(),
        }
    }

    fn document(&self, verb: &str, path: &str) -> Result<LspDocumentRequest> {
        Ok(LspDocumentRequest {
            language_id: self.language_id.to_string(),
            path_to_project: self.path_to_project.to_string(),
            uri: uri(verb, path)?,
        })
    }

    /// Has something done.
    async fn call(&self, verb: &str, route: &str, ask: &Ask) -> Result<()> {
        let (path, deadline) = (["lsp", route], LSP_TIMEOUT.deadline());
        self.sandbox
            .toolbox(verb, ask.method(), &path, deadline, |call| ask.fill(call))
            .await?
            .discard()
            .await;
        Ok(())
    }

    /// Asks for something.
    async fn look<T: DeserializeOwned>(&self, verb: &str, route: &str, ask: &Ask) -> Result<T> {
        let (path, deadline) = (["lsp", route], LSP_TIMEOUT.deadline());
        self.sandbox.toolbox_json(verb, ask.method(), &path, deadline, |call| ask.fill(call)).await
    }

    /// A call that needs the running server: starts it when it does not run.
    async fn feature<T, F: Future<Output = Result<T>>>(&self, call: impl Fn() -> F) -> Result<T> {
        let fresh = !self.started.load(Ordering::Relaxed);
        if fresh {
            self.start().await?;
        }
        match call().await {
            Err(error) if !fresh && is_not_started(&error) => {
                self.start().await?;
                call().await
            }
            result => result,
        }
    }
}

/// What a call carries; kept, since it may be made twice.
enum Ask {
    Post(Bytes),
    Get(Vec<(&'static str, String)>),
}

impl Ask {
    fn method(&self) -> Method {
        match self {
            Self::Post(_) => Method::POST,
            Self::Get(_) => Method::GET,
        }
    }

    fn fill(&self, call: &mut Call<'_>) -> Result<()> {
        match self {
            Self::Post(body) => call.body = Body::Json(body.clone()),
            Self::Get(query) => call.query.clone_from(query),
        }
        Ok(())
    }

    fn post(verb: &str, body: &impl Serialize) -> Result<Self> {
        let json = serde_json::to_vec(body).map_err(|error| Error::validation(verb, error))?;
        Ok(Self::Post(json.into()))
    }

    /// The query names the server, and what else it is asked.
    fn get(server: &LspServer, name: &'static str, value: String) -> Self {
        Self::Get(vec![
            ("languageId", server.language_id.to_string()),
            ("pathToProject", server.path_to_project.to_string()),
            (name, value),
        ])
    }
}

/// A document by its path.
fn uri(verb: &str, path: &str) -> Result<String> {
    match path.strip_prefix("file://").unwrap_or(path) {
        "" => Err(Error::validation(verb, "the path of the file is empty")),
        path if path.contains('\0') => {
            Err(Error::validation(verb, "the path of the file contains a NUL character"))
        }
        path => Ok(format!("file://{path}")),
    }
}

fn is_not_started(error: &Error) -> bool {
    error.code() == ErrorCode::Validation
        && error.facts().reason.as_deref().is_some_and(|reason| reason.contains(NOT_STARTED))
}
