//! Sessions: shells that stay, whose commands run one after another and share folder, variables and functions.
//!
//! What must stay true: ids travel as one path segment each, whatever is in them. Creating, executing and
//! sending input are never sent twice, since the first sending may have been received; all else may be.

mod command;
mod create;
mod delete;
mod execute;
mod get;
mod input;
mod list;
mod logs;

pub use execute::{SessionExecuteRequest, SessionExecuteResponse};
pub use logs::{LogChunk, LogSource, LogStream, SessionCommandLogs};

use super::Process;
use crate::sandbox::CONTROL_TIMEOUT;
use crate::{Error, Result};
use daytona_protocol::session as wire;
use http::Method;
use serde::de::DeserializeOwned;

/// Where a toolbox has its sessions.
const SESSIONS: [&str; 2] = ["process", "session"];

/// A session and the commands it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// As it was named at creation.
    pub session_id: String,
    /// In order of execution, where the toolbox is ours.
    pub commands: Vec<SessionCommand>,
}

/// One command of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionCommand {
    /// Names it within its session.
    pub id: String,
    /// Its text; what is longer than 16 KiB may be shortened.
    pub command: String,
    /// None while it runs or waits for its turn; -1 when its session ended before it could run.
    pub exit_code: Option<i32>,
}

impl From<wire::Session> for Session {
    fn from(wire: wire::Session) -> Self {
        let commands = wire.commands.into_iter().map(Into::into).collect();
        Self { session_id: wire.session_id, commands }
    }
}

impl From<wire::Command> for SessionCommand {
    fn from(wire: wire::Command) -> Self {
        Self { id: wire.id, command: wire.command, exit_code: wire.exit_code }
    }
}

impl Process {
    /// Reads what is found below [`SESSIONS`].
    async fn look<T: DeserializeOwned>(&self, verb: &str, path: &[&str]) -> Result<T> {
        let deadline = CONTROL_TIMEOUT.deadline();
        self.sandbox.toolbox_json(verb, Method::GET, &below(path), deadline, |_| Ok(())).await
    }
}

fn below<'a>(path: &[&'a str]) -> Vec<&'a str> {
    [&SESSIONS, path].concat()
}

/// Refuses what cannot name a session or command in a path.
fn check_id(verb: &str, what: &str, id: &str) -> Result<()> {
    match id {
        "" => Err(Error::validation(verb, format!("the {what} id is empty"))),
        // URLs have no way to write these two as a name.
        "." | ".." => Err(Error::validation(verb, format!("{id:?} cannot be a {what} id"))),
        id if id.contains('\0') => {
            Err(Error::validation(verb, format!("the {what} id contains a NUL character")))
        }
        _ => Ok(()),
    }
}

/// Both ids of a command.
fn check_ids(verb: &str, session_id: &str, command_id: &str) -> Result<()> {
    check_id(verb, "session", session_id)?;
    check_id(verb, "command", command_id)
}
