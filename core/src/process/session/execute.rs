//! Giving a session a command.

use super::logs::{Demux, SessionCommandLogs};
use super::{below, check_id};
use crate::process::{OUTPUT_LIMIT, Process};
use crate::transport::{Body, Resend};
use crate::{Error, ErrorCode, Result, Timeout};
use daytona_protocol::{headers, session as wire};
use http::{HeaderName, HeaderValue, Method};

/// What a session is to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionExecuteRequest {
    /// Shell text, run in the session's shell itself: folder, variables and functions stay.
    pub command: String,
    /// Return at once instead of when the command has ended.
    pub run_async: bool,
}

/// What became of it; `cmd_id` alone when it runs asynchronously.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionExecuteResponse {
    /// Names the command within its session.
    pub cmd_id: String,
    /// stdout and stderr as they were written, interleaved.
    pub output: Option<String>,
    /// Its exit code; 128 + n when signal n ended it.
    pub exit_code: Option<i32>,
    /// stdout alone; the same as `output` where the server does not tell them apart.
    pub stdout: Option<String>,
    /// stderr alone; empty where the server does not tell them apart.
    pub stderr: Option<String>,
}

impl Process {
    /// Runs a command in a session: to its end, or with `run_async` until it is accepted. Commands of one
    /// session run one after another; a non-zero exit code is no error.
    ///
    /// `timeout` bounds the waiting. The command belongs to its session and not to this call: when the time is
    /// up, or the future is dropped, it goes on, and the session's later commands wait for it.
    /// `delete_session` ends it.
    ///
    /// # Errors
    /// `NotFound` when there is no such session, or its shell has exited; `Timeout`; `Validation` for a blank
    /// command.
    pub async fn execute_session_command(
        &self,
        session_id: &str,
        request: SessionExecuteRequest,
        timeout: Timeout,
    ) -> Result<SessionExecuteResponse> {
        let sandbox = self.sandbox.id();
        let verb = format!("execute the command in session {session_id:?} of sandbox {sandbox}");
        check_id(&verb, "session", session_id)?;
        if request.command.trim().is_empty() {
            return Err(Error::validation(&verb, "the command is empty"));
        }
        if request.command.contains('\0') {
            return Err(Error::validation(&verb, "the command contains a NUL character"));
        }
        let body = wire::SessionExecuteRequest {
            command: request.command,
            run_async: Some(request.run_async),
            ..wire::SessionExecuteRequest::default()
        };
        let outcome = async {
            let path = below(&[session_id, "exec"]);
            let send = self.sandbox.toolbox(&verb, Method::POST, &path, timeout.deadline(), |call| {
                call.body = Body::json(&verb, &body)?;
                call.resend = Resend::Never;
                let split = HeaderName::from_static(headers::SPLIT_OUTPUT);
                call.headers.push((split, HeaderValue::from_static("true")));
                Ok(())
            });
            send.await?.json_within::<wire::SessionExecuteResponse>(OUTPUT_LIMIT).await
        };
        match outcome.await {
            Ok(response) if response.cmd_id.is_empty() => {
                Err(Error::failed(ErrorCode::Server, &verb, "the server did not name the command"))
            }
            Ok(response) => Ok(response.into()),
            // No status: it is our own patience that ended.
            Err(error) if error.code() == ErrorCode::Timeout && error.status().is_none() => {
                let seconds = timeout.duration().unwrap_or_default().as_secs_f64();
                Err(Error::failed(
                    ErrorCode::Timeout,
                    &verb,
                    format!(
                        "it did not end within the timeout of {seconds} s. What was started goes on: the session \
                         lists it, and deleting the session ends it. Pass a larger timeout, or run it \
                         asynchronously and follow its log"
                    ),
                ))
            }
            Err(error) => Err(error),
        }
    }
}

impl From<wire::SessionExecuteResponse> for SessionExecuteResponse {
    fn from(wire: wire::SessionExecuteResponse) -> Self {
        let logs = wire.output.map(|output| Demux::whole(output.as_bytes()));
        let split = |stream: Option<String>, of: fn(&SessionCommandLogs) -> &String| {
            stream.or_else(|| logs.as_ref().map(|logs| of(logs).clone()))
        };
        Self {
            stdout: split(wire.stdout, |logs| &logs.stdout),
            stderr: split(wire.stderr, |logs| &logs.stderr),
            output: logs.map(|logs| logs.output),
            cmd_id: wire.cmd_id,
            exit_code: wire.exit_code,
        }
    }
}
