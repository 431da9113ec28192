//! The local target: find the server of this user's data folder, or start it.
//!
//! What must stay true. Nothing happens before the first request. Two clients that start at once share one
//! server (`start.lock`). A server of another version, or a key or `server.json` that someone else could
//! have written, is refused rather than used. A dead server's traces are recovered from. The key is sent to nobody
//! but a server of this user (`ours`).

mod binary;
mod find;
mod ours;
mod private;
mod start;

use crate::config::{Environment, env_vars};
use crate::transport::Endpoint;
use crate::transport::clients::Clients;
use crate::{Error, ErrorCode, Result};
use arc_swap::ArcSwapOption;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use find::ServerFile;
pub use private::make_data_dir;
pub use start::EXIT_ALREADY_RUNNING;

/// What is needed to find or start the local server; known when the client is made.
#[derive(Clone, Debug, Default)]
pub(crate) struct LocalTarget {
    data_dir: Option<PathBuf>,
    /// Candidates for the `daytona` binary that the caller or the environment named.
    named_binary: Option<PathBuf>,
    packaged_binary: Option<PathBuf>,
    search_path: Option<String>,
}

impl LocalTarget {
    pub(crate) fn new(environment: &Environment, packaged_binary: Option<PathBuf>) -> Self {
        Self {
            data_dir: environment.data_dir(),
            named_binary: environment.var(env_vars::BINARY).map(PathBuf::from),
            packaged_binary,
            search_path: environment.var(env_vars::PATH).map(str::to_owned),
        }
    }

    fn data_dir(&self, verb: &str) -> Result<&Path> {
        self.data_dir.as_deref().ok_or_else(|| {
            unavailable(verb, "there is no home folder for the local server's data; set DAYTONA_DATA_DIR")
        })
    }
}

/// A local server that was found to be this user's.
struct Server {
    endpoint: Arc<Endpoint>,
    found: ours::Found,
}

/// Where this process found the local server.
#[derive(Default)]
pub(crate) struct Discovery {
    current: ArcSwapOption<Server>,
    /// Held while looking, so that a burst of first calls looks once.
    looking: tokio::sync::Mutex<()>,
}

impl Discovery {
    /// The local server, which runs when this returns.
    pub(crate) async fn endpoint(
        &self,
        target: &LocalTarget,
        clients: &Clients,
        verb: &str,
    ) -> Result<Arc<Endpoint>> {
        if let Some(endpoint) = self.known() {
            return Ok(endpoint);
        }
        let _looking = self.looking.lock().await;
        if let Some(endpoint) = self.known() {
            return Ok(endpoint);
        }
        if !cfg!(target_os = "linux") {
            return Err(unavailable(
                verb,
                "target=local needs Linux, whose kernel isolates the sandboxes; use a Linux machine, virtual \
                 machine or WSL 2, or set DAYTONA_API_KEY to use a Daytona API",
            ));
        }
        let data_dir = target.data_dir(verb)?;
        let server = match find::running(data_dir, clients, verb).await? {
            Some(server) => server,
            None => start::start(target, data_dir, clients, verb).await?,
        };
        let endpoint = Arc::clone(&server.endpoint);
        self.current.store(Some(Arc::new(server)));
        Ok(endpoint)
    }

    /// The server that was found, for as long as nobody else can have taken its port.
    fn known(&self) -> Option<Arc<Endpoint>> {
        let server = self.current.load();
        server.as_ref().filter(|server| server.found.is_there()).map(|server| Arc::clone(&server.endpoint))
    }

    /// The server did not answer where it was: look again at the next call.
    pub(crate) fn forget(&self) {
        self.current.store(None);
    }
}

fn unavailable(verb: &str, reason: impl std::fmt::Display) -> Error {
    Error::failed(ErrorCode::LocalServer, verb, reason)
}
