//! Making a session.

use super::check_id;
use crate::Result;
use crate::process::Process;
use crate::sandbox::CONTROL_TIMEOUT;
use crate::transport::{Body, Resend};
use daytona_protocol::session::CreateSessionRequest;
use http::Method;

impl Process {
    /// Starts a shell that stays, under a name of your choice.
    ///
    /// # Errors
    /// `Conflict` when there is a session of that name; `Validation` for a name that no path can carry.
    pub async fn create_session(&self, session_id: &str) -> Result<()> {
        let verb = format!("create session {session_id:?} in sandbox {}", self.sandbox.id());
        check_id(&verb, "session", session_id)?;
        let request = CreateSessionRequest { session_id: session_id.to_owned() };
        self.session_call(&verb, Method::POST, &[], CONTROL_TIMEOUT.deadline(), |call| {
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
