//! Looking at one session.

use super::{Session, check_id};
use crate::Result;
use crate::process::Process;
use daytona_protocol::session as wire;

impl Process {
    /// A session with its commands.
    ///
    /// # Errors
    /// `NotFound` when there is no such session.
    pub async fn get_session(&self, session_id: &str) -> Result<Session> {
        let verb = format!("get session {session_id:?} of sandbox {}", self.sandbox.id());
        check_id(&verb, "session", session_id)?;
        Ok(self.look::<wire::Session>(&verb, &[session_id]).await?.into())
    }
}
