//! Writing to a command's standard input.

use super::check_ids;
use crate::Result;
use crate::process::Process;
use crate::sandbox::CONTROL_TIMEOUT;
use crate::transport::{Body, Resend};
use daytona_protocol::session::SessionSendInputRequest;
use http::Method;

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
        let path = [session_id, "command", command_id, "input"];
        self.session_call(&verb, Method::POST, &path, CONTROL_TIMEOUT.deadline(), |call| {
            call.body = Body::json(&verb, &request)?;
            call.resend = Resend::Never;
            Ok(())
        })
        .await?
        .discard()
        .await;
        Ok(())
    }
}
