//! `GET /process/session`, `/process/session/{id}` and `/process/session/{id}/command/{command}`.

use super::extract::{Named, NamedCommand};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use daytona_protocol::session as wire;
use std::sync::Arc;

/// All sessions, by name.
pub(crate) async fn list(State(app): State<Arc<App>>) -> Json<Vec<wire::Session>> {
    Json(app.sessions.list().iter().map(|session| session.describe()).collect())
}

/// One session with its commands.
pub(crate) async fn get(Named(session): Named) -> Json<wire::Session> {
    Json(session.describe())
}

/// One command.
pub(crate) async fn command(NamedCommand(_, command): NamedCommand) -> Json<wire::Command> {
    Json(command.describe())
}
