//! Looking at one session.

use super::{Session, check_id};
use crate::Result;
use crate::process::Process;
use crate::sandbox::CONTROL_TIMEOUT;
use daytona_protocol::session as wire;
use http::Method;

impl Process {
    /// A session with its commands.
    ///
    /// # Errors
    /// `NotFound` when there is no such session.
    pub async fn get_session(&self, session_id: &str) -> Result<Session> {
        let verb = format!("get session {session_id:?} of sandbox {}", self.sandbox.id());
        check_id(&verb, "session", session_id)?;
        let deadline = CONTROL_TIMEOUT.deadline();
        let answer = self.session_call(&verb, Method::GET, &[session_id], deadline, |_| Ok(())).await?;
        Ok(answer.json::<wire::Session>().await?.into())
    }
}
