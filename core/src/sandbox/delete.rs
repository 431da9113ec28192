//! Removing a sandbox, files included.

use super::wait::Wanted;
use super::{API, Sandbox};
use crate::timeout::Deadline;
use crate::transport::Call;
use crate::{ErrorCode, Result, SandboxState, Timeout};
use http::Method;
use std::sync::Arc;
use std::time::Duration;

impl Sandbox {
    /// Removes it, files included, and waits until it is gone.
    ///
    /// # Errors
    /// `NotFound` when there is no such sandbox; `Timeout`.
    pub async fn delete(&self, timeout: Timeout) -> Result<()> {
        let verb = format!("delete sandbox {}", self.id());
        let deadline = timeout.deadline();
        self.request_deletion(&verb, deadline).await?;
        self.wait_for(&verb, Wanted::Gone, deadline).await
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
            Err(error) if error.code() == ErrorCode::NotFound && error.facts().attempts > 1 => {
                self.amend(|data| data.state = Some(SandboxState::Destroyed));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Has it removed; returns at once. `Client::settle` waits for such removals. Runtime context needed.
    pub(crate) fn abandon_in_background(self) {
        let transport = Arc::clone(self.transport());
        transport.spawn(async move { self.abandon().await });
    }

    /// Removes a sandbox nobody will ask for again. It may be changing state just now, so this tries for a
    /// while; it gives up silently, since there is no one left to tell.
    pub(super) async fn abandon(&self) {
        const PAUSE: Duration = Duration::from_millis(250);
        let verb = format!("remove sandbox {}, which nobody waits for any more", self.id());
        for _ in 0..120 {
            match self.request_deletion(&verb, Timeout::after(Duration::from_secs(30)).deadline()).await {
                Err(error) if matches!(error.code(), ErrorCode::Conflict | ErrorCode::Connection) => {
                    tokio::time::sleep(PAUSE).await;
                }
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(%error, "a sandbox may be left behind");
                    return;
                }
            }
        }
    }
}
