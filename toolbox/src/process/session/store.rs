//! All sessions, by the names clients gave them.

use super::command::Command;
use super::log::End;
use crate::error::ApiError;
use crate::files::remove_tree;
use axum::http::StatusCode;
use daytona_protocol::error::toolbox as code;
use daytona_protocol::session as wire;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

/// A session keeps a little of each command, so there is an end to them.
const MAX_COMMANDS: usize = 100_000;

/// The sessions of this sandbox.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Arc<Session>>>);

/// A session from creation to deletion.
pub(super) struct Session {
    pub id: String,
    /// Deletes it: its runner ends all processes.
    pub cancel: CancellationToken,
    /// Set when they have ended.
    pub done: CancellationToken,
    queue: UnboundedSender<Arc<Command>>,
    commands: Mutex<Commands>,
    dir: TempDir,
}

#[derive(Default)]
struct Commands {
    list: Vec<Arc<Command>>,
    next: u64,
    /// Set once no more can run.
    over: Option<End>,
}

impl Sessions {
    /// Adds what `start` makes, unless the name is taken.
    pub(super) fn insert(
        &self,
        id: &str,
        start: impl FnOnce() -> Result<Arc<Session>, ApiError>,
    ) -> Result<(), ApiError> {
        match self.map().entry(id.to_owned()) {
            Entry::Occupied(_) => Err(ApiError::new(
                StatusCode::CONFLICT,
                code::CONFLICT,
                format!("conflict: session already exists: '{id}'"),
            )),
            Entry::Vacant(place) => {
                place.insert(start()?);
                Ok(())
            }
        }
    }

    pub(super) fn get(&self, id: &str) -> Result<Arc<Session>, ApiError> {
        self.map().get(id).cloned().ok_or_else(|| not_found(id))
    }

    pub(super) fn remove(&self, id: &str) -> Result<Arc<Session>, ApiError> {
        self.map().remove(id).ok_or_else(|| not_found(id))
    }

    pub(super) fn list(&self) -> Vec<Arc<Session>> {
        let mut list: Vec<_> = self.map().values().cloned().collect();
        list.sort_by(|a, b| a.id.cmp(&b.id));
        list
    }

    fn map(&self) -> MutexGuard<'_, HashMap<String, Arc<Session>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sessions({})", self.map().len())
    }
}

/// The commands of a session can fill its folder as they like.
impl Drop for Session {
    fn drop(&mut self) {
        self.dir.disable_cleanup(true);
        let _ = remove_tree(self.dir.path());
    }
}

impl Session {
    pub(super) fn new(id: String, dir: TempDir, queue: UnboundedSender<Arc<Command>>) -> Self {
        let (cancel, done) = (CancellationToken::new(), CancellationToken::new());
        Self { id, cancel, done, queue, commands: Mutex::default(), dir }
    }

    /// Where its files are.
    pub(super) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// A number for the next command; refused when it could not run.
    pub(super) fn next_number(&self) -> Result<u64, ApiError> {
        let mut commands = self.commands();
        if let Some(end) = commands.over {
            return Err(over(&self.id, end));
        }
        if commands.list.len() >= MAX_COMMANDS {
            return Err(ApiError::new(
                StatusCode::CONFLICT,
                code::CONFLICT,
                format!("conflict: session '{}' has run {MAX_COMMANDS} commands; create another", self.id),
            ));
        }
        commands.next += 1;
        Ok(commands.next)
    }

    /// Lets `command` run when its turn comes.
    pub(super) fn enqueue(&self, command: Arc<Command>) -> Result<(), ApiError> {
        let mut commands = self.commands();
        if let Some(end) = commands.over {
            return Err(over(&self.id, end));
        }
        commands.list.push(Arc::clone(&command));
        // Fails only when the runner is gone, which then has set `over`.
        let _ = self.queue.send(command);
        Ok(())
    }

    pub(super) fn command(&self, id: &str) -> Result<Arc<Command>, ApiError> {
        let found = self.commands().list.iter().find(|command| command.id == id).cloned();
        found.ok_or_else(|| {
            let message = format!("not found: command not found: '{id}' in session '{}'", self.id);
            ApiError::new(StatusCode::NOT_FOUND, code::NOT_FOUND, message)
        })
    }

    /// As clients see it.
    pub(super) fn describe(&self) -> wire::Session {
        let commands = self.commands().list.iter().map(|command| command.describe()).collect();
        wire::Session { session_id: self.id.clone(), commands }
    }

    /// Nothing runs here any more: every command that has not ended ends so.
    pub(super) async fn close(&self, end: End) {
        let unfinished: Vec<_> = {
            let mut commands = self.commands();
            commands.over = Some(end);
            commands.list.iter().filter(|command| command.log.progress().end.is_none()).cloned().collect()
        };
        for command in unfinished {
            if end == End::NotRun {
                let why = b"not run: the session's shell has exited\n";
                command.log.record(super::super::spool::Stream::Stderr, why).await;
            }
            command.finish(end).await;
        }
    }

    fn commands(&self) -> MutexGuard<'_, Commands> {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer to a command that its session will never run.
pub(super) fn over(id: &str, end: End) -> ApiError {
    match end {
        End::Cancelled => ApiError::internal(format!("session cancelled: '{id}' was deleted")),
        End::NotRun | End::Exit(_) => ApiError::new(
            StatusCode::GONE,
            code::GONE,
            format!("gone: session process has exited: delete session '{id}' and create it anew"),
        ),
    }
}

pub(super) fn not_found(id: &str) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, code::NOT_FOUND, format!("not found: session not found: '{id}'"))
}
