//! Waiting for a state: asking again, soon at first, then once a second.
//!
//! What must stay true: a change that may have begun is waited for, whatever a repeated request for it was answered.

use super::{CONTROL_TIMEOUT, Sandbox};
use crate::timeout::Deadline;
use crate::{Error, ErrorCode, Result, SandboxState, Timeout};
use std::time::Duration;

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Started,
    /// An ephemeral sandbox is gone once it stops, which is as stopped as can be.
    Stopped,
    Gone,
}

impl Wanted {
    /// Whether a refusal may come of an earlier sending of the same request: the change is in progress, or made.
    fn may_be_under_way(self, error: &Error) -> bool {
        if !error.facts().resent {
            return false;
        }
        match error.code() {
            ErrorCode::Conflict => true,
            ErrorCode::NotFound => self != Self::Started,
            // "not in a stoppable state", "not in valid state": servers have no code for it.
            ErrorCode::Validation => {
                error.facts().reason.as_deref().is_some_and(|reason| reason.ends_with(" state"))
            }
            _ => false,
        }
    }

    /// Whether `state` is it; an error when it cannot come any more.
    fn reached(self, verb: &str, state: Option<&SandboxState>, reason: Option<&str>) -> Result<bool> {
        let Some(state) = state else { return Ok(false) };
        match (self, state) {
            (Self::Started, SandboxState::Started)
            | (Self::Stopped, SandboxState::Stopped | SandboxState::Destroyed)
            | (Self::Gone, SandboxState::Destroyed) => Ok(true),
            (Self::Stopped, SandboxState::Other(state)) if state == "archived" => Ok(true),
            (Self::Started, SandboxState::Destroyed | SandboxState::Destroying) => {
                Err(Error::failed(ErrorCode::SandboxState, verb, "the sandbox was deleted meanwhile"))
            }
            // Errored sandboxes are deleted like others, and look errored until they are gone.
            (Self::Started | Self::Stopped, state) if state.is_failed() => {
                let reason = reason.unwrap_or("the server gave no reason; look at its log");
                Err(Error::failed(
                    ErrorCode::SandboxState,
                    verb,
                    format!("the sandbox is in state {state}: {reason}"),
                ))
            }
            _ => Ok(false),
        }
    }
}

impl Sandbox {
    /// Waits until it is started.
    ///
    /// # Errors
    /// `SandboxState` when it reached the error state; `Timeout`.
    pub async fn wait_until_started(&self, timeout: Timeout) -> Result<()> {
        self.wait_fresh("start", Wanted::Started, timeout).await
    }

    /// Waits until it is stopped.
    ///
    /// # Errors
    /// `SandboxState` when it reached the error state; `Timeout`.
    pub async fn wait_until_stopped(&self, timeout: Timeout) -> Result<()> {
        self.wait_fresh("stop", Wanted::Stopped, timeout).await
    }

    async fn wait_fresh(&self, what: &str, wanted: Wanted, timeout: Timeout) -> Result<()> {
        let verb = format!("wait for sandbox {} to {what}", self.id());
        let deadline = timeout.deadline();
        deadline
            .run(&verb, async {
                self.refresh_within(&verb, CONTROL_TIMEOUT.deadline()).await?;
                self.wait_for(&verb, wanted, deadline).await
            })
            .await
    }

    /// Waits for what was asked for. The refusal of a request that was sent before may only mean that the first one
    /// is being done, or is done: then the state decides.
    pub(super) async fn wait_after(
        &self,
        asked: Result<()>,
        verb: &str,
        wanted: Wanted,
        deadline: Deadline,
    ) -> Result<()> {
        let refusal = match asked {
            Ok(()) => return self.wait_for(verb, wanted, deadline).await,
            Err(error) if wanted.may_be_under_way(&error) => error,
            Err(error) => return Err(error),
        };
        deadline
            .run(verb, async {
                self.look(verb, wanted).await?;
                self.poll(verb, wanted, Some(&refusal)).await
            })
            .await
    }

    /// Waits from what is known already.
    pub(super) async fn wait_for(&self, verb: &str, wanted: Wanted, deadline: Deadline) -> Result<()> {
        deadline.run(verb, self.poll(verb, wanted, None)).await
    }

    /// Ends with `refusal`, if there is one, at a state that shows that nothing is under way.
    async fn poll(&self, verb: &str, wanted: Wanted, refusal: Option<&Error>) -> Result<()> {
        let mut pause = FIRST_PAUSE;
        loop {
            {
                let data = self.0.data.load();
                if wanted.reached(verb, data.state.as_ref(), data.error_reason.as_deref())? {
                    return Ok(());
                }
                if let Some(refusal) = refusal
                    && data.state.as_ref().is_some_and(is_settled)
                {
                    return Err(refusal.clone());
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
            self.look(verb, wanted).await?;
        }
    }

    /// Asks for the state. One that is gone is what is wanted, or as good.
    async fn look(&self, verb: &str, wanted: Wanted) -> Result<()> {
        match self.refresh_within(verb, CONTROL_TIMEOUT.deadline()).await {
            Err(error) if error.code() == ErrorCode::NotFound && wanted != Wanted::Started => {
                self.amend(|data| data.state = Some(SandboxState::Destroyed));
                Ok(())
            }
            result => result,
        }
    }
}

/// Whether a sandbox stays in this state by itself. A server that was told to change it shows another.
fn is_settled(state: &SandboxState) -> bool {
    match state {
        SandboxState::Started | SandboxState::Stopped => true,
        SandboxState::Other(state) => matches!(state.as_str(), "archived" | "paused"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(wanted: Wanted, state: &str) -> Option<bool> {
        wanted.reached("wait", Some(&SandboxState::from(state)), Some("why")).ok()
    }

    #[test]
    fn each_wait_ends_where_it_should() {
        assert_eq!(reached(Wanted::Started, "started"), Some(true));
        assert_eq!(reached(Wanted::Started, "creating"), Some(false));
        assert_eq!(reached(Wanted::Started, "from_the_future"), Some(false));
        assert_eq!(reached(Wanted::Started, "destroyed"), None);
        assert_eq!(reached(Wanted::Stopped, "destroyed"), Some(true));
        assert_eq!(reached(Wanted::Stopped, "archived"), Some(true));
        assert_eq!(reached(Wanted::Gone, "destroying"), Some(false));
        assert_eq!(reached(Wanted::Gone, "destroyed"), Some(true));
        for failed in ["error", "build_failed"] {
            assert_eq!(reached(Wanted::Started, failed), None);
            assert_eq!(reached(Wanted::Stopped, failed), None);
            assert_eq!(reached(Wanted::Gone, failed), Some(false));
        }
        let error = Wanted::Started
            .reached("wait", Some(&SandboxState::Error), Some("image not found"))
            .expect_err("failed");
        assert_eq!(error.code(), ErrorCode::SandboxState);
        assert!(error.message().contains("image not found"), "{error}");
    }
}
