//! `GET /files/info`: one file or folder. Links are followed.

use super::describe::describe;
use super::emit::blocking;
use super::path::{resolve, tidy};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::PathParam;
use axum::Json;
use axum::extract::State;
use daytona_protocol::files::FileInfo;
use std::sync::Arc;

/// Describes it.
pub(crate) async fn info(
    State(app): State<Arc<App>>,
    PathParam(path): PathParam,
) -> Result<Json<FileInfo>, ApiError> {
    let path = tidy(&resolve(&app, &path)?);
    blocking(move || {
        let metadata = std::fs::metadata(&path).map_err(|error| ApiError::file("read", &path, &error))?;
        Ok(Json(describe(&path, &metadata)))
    })
    .await
}
