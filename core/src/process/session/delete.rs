//! Ending a session.

use super::{below, check_id};
use crate::process::Process;
use crate::sandbox::CONTROL_TIMEOUT;
use crate::{ErrorCode, Result};
use http::Method;

impl Process {
    /// Ends a session with all processes it started, and removes its logs.
    ///
    /// # Errors
    /// `NotFound` when there is no such session.
    pub async fn delete_session(&self, session_id: &str) -> Result<()> {
        let verb = format!("delete session {session_id:?} of sandbox {}", self.sandbox.id());
        check_id(&verb, "session", session_id)?;
        let deadline = CONTROL_TIMEOUT.deadline();
        match self.sandbox.toolbox(&verb, Method::DELETE, &below(&[session_id]), deadline, |_| Ok(())).await {
            Ok(answer) => answer.discard().await,
            // The first of several attempts arrived and its answer was lost.
            Err(error) if error.code() == ErrorCode::NotFound && error.facts().resent => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
