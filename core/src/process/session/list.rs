//! Looking at all sessions.

use super::Session;
use crate::Result;
use crate::process::Process;
use crate::sandbox::CONTROL_TIMEOUT;
use daytona_protocol::session as wire;
use http::Method;

impl Process {
    /// The sessions of the sandbox with their commands, by name.
    ///
    /// # Errors
    /// Any code of a request.
    pub async fn list_sessions(&self) -> Result<Vec<Session>> {
        let verb = format!("list the sessions of sandbox {}", self.sandbox.id());
        let deadline = CONTROL_TIMEOUT.deadline();
        let answer = self.session_call(&verb, Method::GET, &[], deadline, |_| Ok(())).await?;
        // Some servers write an empty list as null.
        let sessions = answer.json::<Option<Vec<wire::Session>>>().await?.unwrap_or_default();
        let mut sessions: Vec<Session> = sessions.into_iter().map(Into::into).collect();
        sessions.sort_by(|a, b| a.session_id.cmp(&b.session_id));
        Ok(sessions)
    }
}
