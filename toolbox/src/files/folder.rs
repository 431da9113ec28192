//! `POST /files/folder`: makes a folder and what is missing above it. One that exists is fine as it is.

use super::emit::blocking;
use super::path::{mode, resolve};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::Params;
use axum::extract::State;
use axum::http::StatusCode;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::sync::Arc;

/// Makes it, with the given permissions less the umask.
pub(crate) async fn folder(State(app): State<Arc<App>>, params: Params) -> Result<StatusCode, ApiError> {
    let path = resolve(&app, params.required("path")?)?;
    let bits = params.get("mode").filter(|mode| !mode.is_empty()).map_or(Ok(0o755), mode)?;
    blocking(move || {
        let made = DirBuilder::new().recursive(true).mode(bits).create(&path);
        made.map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => ApiError::invalid_path(format!(
                "cannot make the folder {}: a file of that name exists",
                path.display()
            )),
            _ => ApiError::file("make the folder", &path, &error),
        })?;
        Ok(StatusCode::CREATED)
    })
    .await
}
