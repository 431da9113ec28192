//! The session, or session and command, that a request's path names.

use super::command::Command;
use super::store::Session;
use crate::error::ApiError;
use crate::state::App;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use std::sync::Arc;

/// The session.
pub(crate) struct Named(pub(super) Arc<Session>);

/// The command, with its session.
pub(crate) struct NamedCommand(pub(super) Arc<Session>, pub(super) Arc<Command>);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let names = names(parts).await?;
        let id = names.first().map(|(_, id)| id.as_str()).unwrap_or_default();
        app.sessions.get(id).map(Self)
    }
}

impl FromRequestParts<Arc<App>> for NamedCommand {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let names = names(parts).await?;
        let name = |i: usize| names.get(i).map(|(_, id)| id.as_str()).unwrap_or_default();
        let session = app.sessions.get(name(0))?;
        let command = session.command(name(1))?;
        Ok(Self(session, command))
    }
}

/// The names in the path, decoded.
pub(super) async fn names(parts: &mut Parts) -> Result<Vec<(String, String)>, ApiError> {
    let names = Path::<Vec<(String, String)>>::from_request_parts(parts, &()).await;
    names.map(|Path(names)| names).map_err(|error| ApiError::bad_request(error.body_text()))
}
