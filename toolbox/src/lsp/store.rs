//! The language servers of this sandbox, by language and project.

use super::language::Language;
use super::server::Server;
use crate::error::ApiError;
use crate::state::App;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;

/// Servers at once. Each takes a hundred MiB or more.
const MAX_SERVERS: usize = 16;
/// What every toolbox says of a server that does not run; clients start it then.
const NOT_STARTED: &str = "server not initialized";

type Key = (Language, PathBuf);
/// Filled when the server has started. Whoever waits for a start that was given up takes it over.
type Slot = Arc<OnceCell<Arc<Server>>>;

/// All servers.
#[derive(Debug, Default)]
pub(crate) struct LanguageServers(Mutex<HashMap<Key, Slot>>);

impl LanguageServers {
    /// The server, started unless it runs.
    pub(super) async fn start(&self, app: &App, language: Language, project: &Path) -> Result<(), ApiError> {
        let key = (language, project.to_owned());
        let slot = {
            let mut servers = self.servers();
            servers.retain(|_, slot| slot.get().is_none_or(|server| server.ended().is_none()));
            if !servers.contains_key(&key) && servers.len() >= MAX_SERVERS {
                return Err(ApiError::bad_request(format!(
                    "{MAX_SERVERS} language servers run in this sandbox; stop one of them first"
                )));
            }
            Arc::clone(servers.entry(key.clone()).or_default())
        };
        let started =
            slot.get_or_try_init(async || Server::start(app, language, project).await.map(Arc::new));
        let failed = started.await.err();
        if let Some(error) = failed {
            let mut servers = self.servers();
            if servers.get(&key).is_some_and(|known| Arc::ptr_eq(known, &slot) && known.get().is_none()) {
                servers.remove(&key);
            }
            return Err(error);
        }
        Ok(())
    }

    /// The server that runs for a language and project.
    pub(super) fn running(&self, app: &App, language: &str, project: &str) -> Result<Arc<Server>, ApiError> {
        let key = (Language::named(language)?, project_of(app, project)?);
        let server = self.servers().get(&key).and_then(|slot| slot.get().map(Arc::clone));
        match server {
            Some(server) => match server.ended() {
                None => Ok(server),
                Some(how) => Err(ApiError::bad_request(format!("{NOT_STARTED}: the last one ended, {how}"))),
            },
            None => Err(ApiError::bad_request(format!(
                "{NOT_STARTED}: no {language} language server runs for {project}; start it first"
            ))),
        }
    }

    /// Takes a server out, so that the next start makes a new one.
    pub(super) fn remove(&self, server: &Arc<Server>) {
        let ours = |slot: &Slot| slot.get().is_some_and(|known| Arc::ptr_eq(known, server));
        self.servers().retain(|_, slot| !ours(slot));
    }

    fn servers(&self) -> MutexGuard<'_, HashMap<Key, Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The project's folder, without what makes two names of one folder.
pub(super) fn project_of(app: &App, path: &str) -> Result<PathBuf, ApiError> {
    if path.is_empty() || path.contains('\0') {
        return Err(ApiError::invalid_path(format!(
            "pathToProject must be the path of a folder, not {path:?}"
        )));
    }
    Ok(app.workdir.join(path.strip_prefix("file://").unwrap_or(path)).components().collect())
}
