//! `POST /process/execute`: a shell command, from start to end.
//!
//! Any exit code is a 200. A folder that is not there, or a shell that cannot be started, is a 200 with exit
//! code -1 and the reason as output, as clients of the published API expect.

use super::answer::Answer;
use super::prepare::{self, check_env};
use super::run::{self, Job, RunError};
use super::shell;
use crate::error::{ApiError, describe, is_full};
use crate::state::App;
use crate::wire::JsonBody;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use daytona_protocol::error::toolbox as code;
use daytona_protocol::headers::SPLIT_OUTPUT;
use daytona_protocol::process::{ExecuteRequest, OUTPUT_LIMIT};
use rustix::io::Errno;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Runs the command and answers when it has ended.
pub(crate) async fn execute(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<ExecuteRequest>,
) -> Result<Response, ApiError> {
    if request.command.trim().is_empty() {
        return Err(ApiError::bad_request("command cannot be empty or whitespace-only"));
    }
    if request.command.contains('\0') {
        return Err(ApiError::bad_request(
            "the command contains a NUL character, which no shell can be given",
        ));
    }
    let vars = request.envs.as_ref();
    vars.map_or(Ok(()), check_env)?;
    let split = wants_split(&headers);
    let cwd = prepare::cwd(&app, request.cwd.as_deref());
    if let Err(error) = enterable(&cwd) {
        return Answer::not_started(format!("cannot run in {}: {}", cwd.display(), describe(&error)), split)
            .await;
    }
    let shell = match shell::prepare(&app, &request.command, vars, &cwd) {
        Ok(shell) => shell,
        Err(error) => return Answer::not_started(cannot_start("the shell", &error), split).await,
    };
    let timeout = prepare::deadline(request.timeout);
    let job = Job { command: shell.command, split, charts: false, timeout };
    let outcome = run::run(&app, job).await;
    drop(shell.script);
    match outcome {
        Ok(finished) => finished.into_answer(split).into_response().await,
        Err(RunError::Start(error)) => Answer::not_started(cannot_start("the shell", &error), split).await,
        Err(other) => Err(refusal(other)),
    }
}

/// Whether the client asked for stdout and stderr apart.
pub(super) fn wants_split(headers: &HeaderMap) -> bool {
    headers.get(SPLIT_OUTPUT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"))
}

/// Says why `what` could not be started.
pub(super) fn cannot_start(what: &str, error: &io::Error) -> String {
    let hint = match Errno::from_io_error(error) {
        Some(Errno::AGAIN) => " (the sandbox's limit of processes is reached)",
        Some(Errno::TOOBIG) => " (arguments and environment are too long; pass large data as a file)",
        _ if is_full(error) => " (the sandbox's disk is full)",
        _ => "",
    };
    format!("cannot start {what}: {}{hint}", describe(error))
}

/// The answer to a process that was started but could not be run to its end.
pub(super) fn refusal(error: RunError) -> ApiError {
    match error {
        RunError::Start(error) => ApiError::internal(cannot_start("the process", &error)),
        RunError::Timeout(after) => ApiError::new(
            StatusCode::REQUEST_TIMEOUT,
            code::PROCESS_EXECUTION_TIMEOUT,
            format!(
                "request timeout: command execution timeout: not finished after {} s, so its processes were killed; \
                 raise the timeout or run it in the background",
                after.as_secs()
            ),
        ),
        RunError::TooLarge => ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            code::OUTPUT_TOO_LARGE,
            format!(
                "the process printed more than an answer carries ({} MiB, or {} MiB as JSON, where control \
                 bytes and bytes that are no text take more), so it was killed; redirect its output to a file \
                 and download that",
                run::MAX_OUTPUT >> 20,
                OUTPUT_LIMIT >> 20
            ),
        ),
        RunError::Spool(error) if is_full(&error) => {
            ApiError::no_space("cannot keep the output of the process, so it was killed")
        }
        RunError::Spool(error) => ApiError::internal(format!(
            "cannot keep the output of the process, so it was killed: {}",
            describe(&error)
        )),
    }
}

fn enterable(cwd: &Path) -> io::Result<()> {
    rustix::fs::access(cwd, rustix::fs::Access::EXEC_OK)?;
    if cwd.is_dir() { Ok(()) } else { Err(Errno::NOTDIR.into()) }
}
