//! Making a session.

use super::{SESSIONS, check_id};
use crate::Result;
use crate::process::Process;
use crate::sandbox::CONTROL_TIMEOUT;
use crate::transport::{Body, Call};
use daytona_protocol::session::CreateSessionRequest;

impl Process {
    /// Starts a shell that stays, under a name of your choice.
    ///
    /// # Errors
    /// `Conflict` when there is a session of that name; `Validation` for a name that no path can carry.
    pub async fn create_session(&self, session_id: &str) -> Result<()> {
        let verb = format!("create session {session_id:?} in sandbox {}", self.sandbox.id());
        check_id(&verb, "session", session_id)?;
        let request = CreateSessionRequest { session_id: session_id.to_owned() };
        let change = |call: &mut Call<'_>| {
            call.body = Body::json(&verb, &request)?;
            Ok(())
        };
        self.sandbox.toolbox_post(&verb, &SESSIONS, CONTROL_TIMEOUT.deadline(), change).await
    }
}
