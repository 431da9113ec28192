//! `POST /files/move`: gives a file or folder another name. Nothing is ever overwritten.

use super::emit::blocking;
use super::path::resolve;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::Params;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::error::toolbox as code;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Moves it.
pub(crate) async fn rename(State(app): State<Arc<App>>, params: Params) -> Result<StatusCode, ApiError> {
    let source = resolve(&app, params.required("source")?)?;
    let destination = resolve(&app, params.required("destination")?)?;
    blocking(move || {
        // First, so that a missing source is not blamed on the destination.
        fs::symlink_metadata(&source).map_err(|error| ApiError::file("move", &source, &error))?;
        if let Some(parent) = destination.parent() {
            fs::metadata(parent).map_err(|error| ApiError::file("move into", parent, &error))?;
        }
        match renameat_with(CWD, &source, CWD, &destination, RenameFlags::NOREPLACE) {
            // A file system that cannot do both in one step.
            Err(Errno::INVAL | Errno::NOSYS) => in_two_steps(&source, &destination),
            other => other,
        }
        .map_err(|errno| refused(&source, &destination, errno))?;
        Ok(StatusCode::OK)
    })
    .await
}

fn in_two_steps(source: &Path, destination: &Path) -> rustix::io::Result<()> {
    if fs::symlink_metadata(destination).is_ok() {
        return Err(Errno::EXIST);
    }
    rustix::fs::rename(source, destination)
}

fn refused(source: &Path, destination: &Path, errno: Errno) -> ApiError {
    let what = format!("cannot move {} to {}", source.display(), destination.display());
    match errno {
        Errno::EXIST | Errno::NOTEMPTY => {
            let status = StatusCode::CONFLICT;
            ApiError::new(status, code::CONFLICT, format!("conflict: {what}: the destination exists"))
        }
        Errno::INVAL => ApiError::invalid_path(format!("{what}: a folder cannot be moved into itself")),
        Errno::XDEV => ApiError::invalid_path(format!(
            "{what}: they are on different file systems, or the folder is part of the image; copy it and delete the original"
        )),
        other => ApiError::file("move", source, &other.into()),
    }
}
