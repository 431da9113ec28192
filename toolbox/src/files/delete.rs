//! `DELETE /files`: a file, a link (not what it leads to), or with `recursive=true` a folder and all in it.

use super::emit::blocking;
use super::path::{resolve, tidy};
use super::remove::remove_tree;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::Params;
use axum::extract::State;
use axum::http::StatusCode;
use std::fs;
use std::sync::Arc;

/// Deletes it. A recursive deletion that has begun goes on when the client leaves.
pub(crate) async fn delete(State(app): State<Arc<App>>, params: Params) -> Result<StatusCode, ApiError> {
    // The kernel deletes no folder by the name `.`.
    let path = tidy(&resolve(&app, params.required("path")?)?);
    let recursive = params.flag("recursive")?;
    blocking(move || {
        let failed = |error| ApiError::file("delete", &path, &error);
        let is_dir = fs::symlink_metadata(&path).map_err(failed)?.is_dir();
        if is_dir && !recursive {
            return Err(ApiError::invalid_path(format!(
                "cannot delete {}: it is a folder; pass recursive=true to delete it with all in it",
                path.display()
            )));
        }
        // Does not follow links, even those that are put in place meanwhile.
        let deleted = if is_dir { remove_tree(&path) } else { fs::remove_file(&path) };
        deleted.map_err(failed)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
