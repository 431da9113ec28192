//! Removing a sandbox, files included.

use super::wait::Wanted;
use super::{API, Sandbox};
use crate::timeout::Deadline;
use crate::transport::Call;
use crate::{Error, ErrorCode, Result, SandboxState, Timeout};
use http::Method;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long the removal of a sandbox nobody waits for is tried, and how long at least between two tries.
const PERSISTENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(250);

impl Sandbox {
    /// Removes it, files included, and waits until it is gone.
    ///
    /// # Errors
    /// `NotFound` when there is no such sandbox; `Timeout`.
    pub async fn delete(&self, timeout: Timeout) -> Result<()> {
        let verb = format!("delete sandbox {}", self.id());
        let deadline = timeout.deadline();
        let asked = self.request_deletion(&verb, deadline).await;
        self.wait_after(asked, &verb, Wanted::Gone, deadline).await
    }

    async fn request_deletion(&self, verb: &str, deadline: Deadline) -> Result<()> {
        let id = self.id();
        let call = Call::new(verb, Method::DELETE, API, &["sandbox", &id], deadline);
        match self.transport().send(call).await {
            Ok(answer) => {
                // Some servers answer with the sandbox, some with nothing; what matters is that they agreed.
                let state = answer
                    .json::<daytona_protocol::sandbox::Sandbox>()
                    .await
                    .ok()
                    .and_then(|data| data.state);
                self.amend(|data| data.state = Some(state.clone().unwrap_or(SandboxState::Destroying)));
                Ok(())
            }
            // The first of several attempts arrived and its answer was lost.
            Err(error) if error.code() == ErrorCode::NotFound && error.facts().resent => {
                self.amend(|data| data.state = Some(SandboxState::Destroyed));
                Ok(())
            }
            // Somebody else had it removed, and it was listed in the middle of that. What is left is to wait.
            Err(error) if error.code() == ErrorCode::NotFound && self.is_going() => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn is_going(&self) -> bool {
        self.0.data.load().state == Some(SandboxState::Destroying)
    }

    /// Has it removed; returns at once. `Client::settle` waits for such removals. Runtime context needed.
    pub(crate) fn abandon_in_background(self) {
        let transport = Arc::clone(self.transport());
        transport.spawn(async move { self.abandon().await });
    }

    /// Removes a sandbox nobody will ask for again. It may be changing state just now, or its server be overloaded, so
    /// this tries for a while; it gives up silently, since there is no one left to tell.
    pub(super) async fn abandon(&self) {
        let verb = format!("remove sandbox {}, which nobody waits for any more", self.id());
        let until = Instant::now() + PERSISTENCE;
        loop {
            let attempt = Timeout::after(Duration::from_secs(30)).deadline();
            let error = match self.request_deletion(&verb, attempt).await {
                Ok(()) => return,
                Err(error) if error.code() == ErrorCode::NotFound => return,
                Err(error) => error,
            };
            let asked =
                Duration::try_from_secs_f64(error.retry_after().unwrap_or(0.0)).unwrap_or(Duration::MAX);
            let pause = asked.max(PAUSE);
            if !may_pass(&error) || pause > until.saturating_duration_since(Instant::now()) {
                tracing::warn!(%error, "a sandbox may be left behind");
                return;
            }
            tokio::time::sleep(pause).await;
        }
    }
}

/// Whether a deletion that failed like this may succeed a little later.
fn may_pass(error: &Error) -> bool {
    match error.code() {
        ErrorCode::Conflict | ErrorCode::Connection | ErrorCode::RateLimit | ErrorCode::Timeout => true,
        _ => error.status().is_some_and(|status| status >= 500),
    }
}
