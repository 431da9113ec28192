//! Waiting for a state: asking again, soon at first, then once a second.

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
            (_, state) if state.is_failed() => {
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

    /// Waits from what is known already.
    pub(super) async fn wait_for(&self, verb: &str, wanted: Wanted, deadline: Deadline) -> Result<()> {
        deadline
            .run(verb, async {
                let mut pause = FIRST_PAUSE;
                loop {
                    {
                        let data = self.0.data.load();
                        if wanted.reached(verb, data.state.as_ref(), data.error_reason.as_deref())? {
                            return Ok(());
                        }
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 3 / 2).min(LONGEST_PAUSE);
                    match self.refresh_within(verb, CONTROL_TIMEOUT.deadline()).await {
                        Err(error) if error.code() == ErrorCode::NotFound && wanted != Wanted::Started => {
                            self.amend(|data| data.state = Some(SandboxState::Destroyed));
                        }
                        result => result?,
                    }
                }
            })
            .await
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
        for wanted in [Wanted::Started, Wanted::Stopped, Wanted::Gone] {
            assert_eq!(reached(wanted, "error"), None);
            assert_eq!(reached(wanted, "build_failed"), None);
        }
        let error = Wanted::Started
            .reached("wait", Some(&SandboxState::Error), Some("image not found"))
            .expect_err("failed");
        assert_eq!(error.code(), ErrorCode::SandboxState);
        assert!(error.message().contains("image not found"), "{error}");
    }
}
