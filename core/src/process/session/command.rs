//! Looking at one command of a session.

use super::{SessionCommand, check_ids};
use crate::Result;
use crate::process::Process;
use crate::sandbox::CONTROL_TIMEOUT;
use daytona_protocol::session as wire;
use http::Method;

impl Process {
    /// A command, with its exit code once it has ended.
    ///
    /// # Errors
    /// `NotFound` when there is no such session or command.
    pub async fn get_session_command(&self, session_id: &str, command_id: &str) -> Result<SessionCommand> {
        let sandbox = self.sandbox.id();
        let verb = format!("get command {command_id} of session {session_id:?} in sandbox {sandbox}");
        check_ids(&verb, session_id, command_id)?;
        let (path, deadline) = ([session_id, "command", command_id], CONTROL_TIMEOUT.deadline());
        let answer = self.session_call(&verb, Method::GET, &path, deadline, |_| Ok(())).await?;
        Ok(answer.json::<wire::Command>().await?.into())
    }
}
