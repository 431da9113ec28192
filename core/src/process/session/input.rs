//! Writing to a command's standard input.

use super::{below, check_ids};
use crate::Result;
use crate::process::Process;
use crate::sandbox::CONTROL_TIMEOUT;
use crate::transport::{Body, Call};
use daytona_protocol::session::SessionSendInputRequest;

impl Process {
    /// Sends a line to a command that runs asynchronously; a newline is added when there is none. Waits, up to
    /// a minute, while the command reads nothing and its input is full.
    ///
    /// # Errors
    /// `NotFound` when there is no such command, or it has ended; `Validation` when it has no input.
    pub async fn send_session_command_input(
        &self,
        session_id: &str,
        command_id: &str,
        data: &str,
    ) -> Result<()> {
        let sandbox = self.sandbox.id();
        let verb =
            format!("send input to command {command_id} of session {session_id:?} in sandbox {sandbox}");
        check_ids(&verb, session_id, command_id)?;
        let request = SessionSendInputRequest { data: data.to_owned() };
        let path = below(&[session_id, "command", command_id, "input"]);
        let change = |call: &mut Call<'_>| {
            call.body = Body::json(&verb, &request)?;
            Ok(())
        };
        self.sandbox.toolbox_post(&verb, &path, CONTROL_TIMEOUT.deadline(), change).await
    }
}
