//! `POST /process/session`.

use super::form::starts_at_home;
use super::runner;
use super::shell::Shell;
use super::store::Session;
use crate::error::{ApiError, describe, is_full};
use crate::process::execute::cannot_start;
use crate::state::App;
use crate::wire::JsonBody;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use daytona_protocol::session::CreateSessionRequest;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use tokio::sync::mpsc::unbounded_channel;

/// The session of an image's entry point; this toolbox starts none, so it is never there.
pub(super) const ENTRYPOINT: &str = "entrypoint";
/// Names travel in URLs.
const MAX_ID: usize = 1024;

/// Starts a shell.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<CreateSessionRequest>,
) -> Result<StatusCode, ApiError> {
    let id = request.session_id;
    if id.is_empty() || id.len() > MAX_ID {
        return Err(ApiError::bad_request(format!("sessionId must have 1 to {MAX_ID} bytes")));
    }
    if id == ENTRYPOINT {
        return Err(ApiError::bad_request("the session id 'entrypoint' is reserved"));
    }
    let temp = app.temp_dir();
    let made = move || {
        let private = Permissions::from_mode(0o700);
        tempfile::Builder::new().prefix(".daytona-session-").permissions(private).tempdir_in(temp)
    };
    let dir = tokio::task::spawn_blocking(made).await;
    let dir = dir.map_err(|error| ApiError::internal(format!("cannot start a session: {error}")))?;
    let dir = dir.map_err(|error| match &error {
        error if is_full(error) => ApiError::no_space("cannot start a session"),
        error => ApiError::internal(format!("cannot make a folder for the session: {}", describe(error))),
    })?;
    let cwd = if starts_at_home(&headers) { &app.home } else { &app.workdir };
    app.sessions.insert(&id, || {
        let what = format!("the session's shell in {}", cwd.display());
        let shell = Shell::start(&app, cwd);
        let shell = shell.map_err(|error| ApiError::internal(cannot_start(&what, &error)))?;
        let (sender, queue) = unbounded_channel();
        let session = Arc::new(Session::new(id.clone(), dir, sender));
        tokio::spawn(runner::run(Arc::clone(&session), shell, queue));
        Ok(session)
    })?;
    Ok(StatusCode::CREATED)
}
