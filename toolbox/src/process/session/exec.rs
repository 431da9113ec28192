//! `POST /process/session/{id}/exec`.

use super::command::Command;
use super::extract::Named;
use super::form::Form;
use super::log::{Broken, End};
use super::store::over;
use super::view::{Part, Show, View};
use crate::error::{ApiError, describe, is_full};
use crate::process::spool::Stream;
use crate::wire::JsonBody;
use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use daytona_protocol::session::{SessionExecuteRequest, SessionExecuteResponse};
use std::io;
use std::sync::Arc;

/// Queues the command; answers at once, or when it has ended. It runs on when the client leaves.
pub(crate) async fn exec(
    Named(session): Named,
    headers: HeaderMap,
    JsonBody(request): JsonBody<SessionExecuteRequest>,
) -> Result<Response, ApiError> {
    if request.command.trim().is_empty() {
        return Err(ApiError::bad_request("command cannot be empty or whitespace-only"));
    }
    if request.command.contains('\0') {
        return Err(ApiError::bad_request(
            "the command contains a NUL character, which no shell can be given",
        ));
    }
    let wait = request.run_async != Some(true) && request.legacy_async != Some(true);
    let number = session.next_number()?;
    let owner = Arc::clone(&session);
    let create = move || Command::create(owner.dir(), number, &request, !wait);
    let created = tokio::task::spawn_blocking(create).await;
    let created = created.unwrap_or_else(|error| Err(io::Error::other(error)));
    let command = Arc::new(created.map_err(|error| match &error {
        error if is_full(error) => ApiError::no_space("cannot keep the command"),
        error => ApiError::internal(format!(
            "cannot make the files of the command in {}: {}",
            session.dir().display(),
            describe(error)
        )),
    })?);
    session.enqueue(Arc::clone(&command))?;
    if !wait {
        let answer = SessionExecuteResponse { cmd_id: command.id.clone(), ..Default::default() };
        return Ok((StatusCode::ACCEPTED, Json(answer)).into_response());
    }
    let code = match command.ended().await {
        End::Exit(code) => code,
        end => return Err(over(&session.id, end)),
    };
    finished(&command, code, Form::wanted(&headers)).await
}

async fn finished(command: &Command, code: i32, form: Form) -> Result<Response, ApiError> {
    let progress = command.log.progress();
    match progress.broken {
        Some(Broken::Full) => return Err(ApiError::no_space("cannot keep the output of the command")),
        Some(Broken::Failed) => return Err(ApiError::internal("cannot keep the output of the command")),
        None => {}
    }
    // The id is a UUID and needs no escape.
    let opening = format!("{{\"cmdId\":\"{}\",\"exitCode\":{code},", command.id);
    let mut parts = vec![Part::Literal(opening)];
    parts.extend(members(form));
    parts.push(Part::Literal("}".to_owned()));
    let view = View::new(command.open_log().await?, 0, progress.len, parts);
    view.into_response("application/json").await.map_err(|error| unreadable(&error))
}

/// The members that show a log in JSON.
pub(super) fn members(form: Form) -> Vec<Part> {
    let literal = |text: &str| Part::Literal(text.to_owned());
    let stream = |only| Part::Log(Show { bare: true, only: Some(only), text: true, json: true });
    let output = Show { bare: form == Form::Plain, only: None, text: true, json: true };
    let mut parts = vec![literal("\"output\":\""), Part::Log(output)];
    if form == Form::Split {
        parts.extend([literal("\",\"stdout\":\""), stream(Stream::Stdout)]);
        parts.extend([literal("\",\"stderr\":\""), stream(Stream::Stderr)]);
    }
    parts.push(literal("\""));
    parts
}

/// The answer when a log file cannot be read back.
pub(super) fn unreadable(error: &io::Error) -> ApiError {
    ApiError::internal(format!("cannot read the log of the command: {}", describe(error)))
}
