//! Processes in a sandbox: shell commands, programs, and sessions of commands.

mod code_run;
mod exec;
mod response;
mod session;

pub use code_run::CodeRunParams;
pub use response::ExecuteResponse;
pub use session::{
    LogChunk, LogSource, LogStream, Session, SessionCommand, SessionCommandLogs, SessionExecuteRequest,
    SessionExecuteResponse,
};

use crate::transport::{Body, Kind, Resend};
use crate::{Error, ErrorCode, Result, Sandbox, Timeout};
use daytona_protocol::{headers, process as wire};
use http::{HeaderName, HeaderValue, Method};
use serde::Serialize;
use std::time::Duration;

/// For the answer of a toolbox that kills the process at the timeout. Whoever is late is not waited for: the caller
/// hears the same either way.
const GRACE: Duration = Duration::from_millis(150);
/// What one answer may weigh; what is longer is a file, not an answer. A toolbox refuses to send as much.
const OUTPUT_LIMIT: usize = wire::ANSWER_LIMIT;

/// Runs processes in one sandbox.
#[derive(Clone, Debug)]
pub struct Process {
    sandbox: Sandbox,
}

impl Process {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// Sends a request that is open while its process runs. Never sent twice: the process may have run.
    async fn run(
        &self,
        verb: &str,
        route: &str,
        request: &impl Serialize,
        timeout: Timeout,
    ) -> Result<ExecuteResponse> {
        let deadline = timeout.deadline_after(GRACE);
        let answered = async {
            let path = ["process", route];
            let send = self.sandbox.toolbox(verb, Method::POST, &path, deadline, |call| {
                call.body = Body::json(verb, request)?;
                call.resend = Resend::Never;
                call.kind = Kind::Process;
                let split = HeaderName::from_static(headers::SPLIT_OUTPUT);
                call.headers.push((split, HeaderValue::from_static("true")));
                Ok(())
            });
            send.await?.json_within::<wire::ExecuteResponse>(OUTPUT_LIMIT).await
        };
        match answered.await {
            Ok(response) => Ok(response.into()),
            // No status: it is our own patience that ended.
            Err(error) if error.code() == ErrorCode::Timeout && error.status().is_none() => {
                Err(unfinished(verb, timeout))
            }
            Err(error) => Err(error),
        }
    }
}

/// What a toolbox answers at the timeout, said for one that was late or cannot be reached.
fn unfinished(verb: &str, timeout: Timeout) -> Error {
    let seconds = timeout.duration().unwrap_or_default().as_secs_f64();
    let reason = format!(
        "not finished after the timeout of {seconds} s, so its processes are killed; raise the timeout or run it in \
         a session"
    );
    Error::failed(ErrorCode::ProcessExecution, verb, reason).with_facts(|facts| facts.exit_code = Some(-1))
}

/// The wire carries whole seconds; a fraction is rounded up, so that nothing is killed too early.
fn whole_seconds(timeout: Timeout) -> Option<u64> {
    timeout.duration().map(|duration| duration.as_secs() + u64::from(duration.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up() {
        assert_eq!(whole_seconds(Timeout::NONE), None);
        assert_eq!(whole_seconds(Timeout::after(Duration::from_secs(3))), Some(3));
        assert_eq!(whole_seconds(Timeout::after(Duration::from_millis(1))), Some(1));
        assert_eq!(whole_seconds(Timeout::after(Duration::from_millis(3001))), Some(4));
    }
}
