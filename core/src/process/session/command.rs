//! Looking at one command of a session.

use super::{SessionCommand, check_ids};
use crate::Result;
use crate::process::Process;
use daytona_protocol::session as wire;

impl Process {
    /// A command, with its exit code once it has ended.
    ///
    /// # Errors
    /// `NotFound` when there is no such session or command.
    pub async fn get_session_command(&self, session_id: &str, command_id: &str) -> Result<SessionCommand> {
        let sandbox = self.sandbox.id();
        let verb = format!("get command {command_id} of session {session_id:?} in sandbox {sandbox}");
        check_ids(&verb, session_id, command_id)?;
        Ok(self.look::<wire::Command>(&verb, &[session_id, "command", command_id]).await?.into())
    }
}
