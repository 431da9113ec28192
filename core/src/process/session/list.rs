//! Looking at all sessions.

use super::Session;
use crate::Result;
use crate::process::Process;
use daytona_protocol::session as wire;

impl Process {
    /// The sessions of the sandbox with their commands, by name.
    ///
    /// # Errors
    /// Any code of a request.
    pub async fn list_sessions(&self) -> Result<Vec<Session>> {
        let verb = format!("list the sessions of sandbox {}", self.sandbox.id());
        // Some servers write an empty list as null.
        let sessions: Option<Vec<wire::Session>> = self.look(&verb, &[]).await?;
        let mut sessions: Vec<Session> = sessions.unwrap_or_default().into_iter().map(Into::into).collect();
        sessions.sort_by(|a, b| a.session_id.cmp(&b.session_id));
        Ok(sessions)
    }
}
