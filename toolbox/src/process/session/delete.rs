//! `DELETE /process/session/{id}`.

use super::create::ENTRYPOINT;
use super::extract::names;
use crate::error::ApiError;
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use std::sync::Arc;

/// Ends all its processes, politely at first, and removes its logs. The name is free at once.
pub(crate) async fn delete(State(app): State<Arc<App>>, request: Request) -> Result<StatusCode, ApiError> {
    let (mut parts, _) = request.into_parts();
    let names = names(&mut parts).await?;
    let id = names.first().map(|(_, id)| id.as_str()).unwrap_or_default();
    if id == ENTRYPOINT {
        return Err(ApiError::bad_request("the session 'entrypoint' cannot be deleted"));
    }
    let session = app.sessions.remove(id)?;
    // Its runner does the work, whether this client stays or not.
    session.cancel.cancel();
    session.done.cancelled().await;
    // Dropping the last hold removes the folder, which takes the while of its files.
    let dropped = tokio::task::spawn_blocking(move || drop(session)).await;
    dropped.map_err(|error| ApiError::internal(format!("cannot remove the session's files: {error}")))?;
    Ok(StatusCode::NO_CONTENT)
}
