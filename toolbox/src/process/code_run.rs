//! `POST /process/code-run`: a program text in Python, JavaScript or TypeScript.
//!
//! A program that fails is a 200 with its exit code and its own error text. A missing interpreter is a 422.

use super::answer::Answer;
use super::execute::{cannot_start, refusal, wants_split};
use super::interpreter;
use super::prepare::{check_env, deadline};
use super::run::{self, Job, RunError};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use daytona_protocol::process::CodeRunRequest;
use std::sync::Arc;

/// Runs the program and answers when it has ended.
pub(crate) async fn code_run(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<CodeRunRequest>,
) -> Result<Response, ApiError> {
    request.envs.as_ref().map_or(Ok(()), check_env)?;
    if let Some(arg) = request.argv.iter().flatten().find(|arg| arg.contains('\0')) {
        return Err(ApiError::bad_request(format!("the argument {arg:?} contains a NUL character")));
    }
    let prepared = interpreter::prepare(&app, &request).await?;
    let split = wants_split(&headers);
    let timeout = deadline(request.timeout);
    let language = request.language;
    let job = Job { command: prepared.command, split, charts: true, timeout };
    let outcome = run::run(&app, job).await;
    drop(prepared.source);
    match outcome {
        Ok(finished) => finished.into_answer(split).into_response().await,
        Err(RunError::Start(error)) => {
            let what = format!("the interpreter for {language} in {}", app.workdir.display());
            Answer::not_started(cannot_start(&what, &error), split).await
        }
        Err(other) => Err(refusal(other)),
    }
}
