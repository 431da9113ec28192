//! `GET /files`: the entries of a folder, sorted by name, on request with those below.

use super::describe::describe;
use super::emit;
use super::path::{resolve, tidy};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::Params;
use axum::extract::State;
use axum::response::Response;
use std::fs;
use std::io;
use std::sync::Arc;
use walkdir::WalkDir;

/// Lists the folder. What cannot be read is left out; a link that leads nowhere shows as itself.
pub(crate) async fn list(State(app): State<Arc<App>>, params: Params) -> Result<Response, ApiError> {
    let path = resolve(&app, params.get("path").filter(|path| !path.is_empty()).unwrap_or("."))?;
    let depth = match params.get("depth") {
        None => 1,
        Some(text) => text.parse().ok().filter(|depth| *depth > 0).ok_or_else(|| {
            ApiError::bad_request(format!("depth must be a whole number of at least 1, not '{text}'"))
        })?,
    };
    // `.` and `..` would show in every path below.
    let path = tidy(&path);
    emit::list("[", "]", move || {
        let failed = |error: io::Error| ApiError::file("list", &path, &error);
        if !fs::metadata(&path).map_err(failed)?.is_dir() {
            return Err(failed(rustix::io::Errno::NOTDIR.into()));
        }
        drop(fs::read_dir(&path).map_err(failed)?);
        let entries = WalkDir::new(&path).min_depth(1).max_depth(depth).sort_by_file_name();
        Ok(move |emitter: &mut emit::Emitter| {
            for entry in entries.into_iter().flatten() {
                let path = entry.path();
                let metadata = fs::metadata(path).or_else(|_| fs::symlink_metadata(path));
                match metadata {
                    Ok(metadata) => emitter.entry(&describe(path, &metadata))?,
                    Err(_) => emitter.check()?,
                }
            }
            Ok(())
        })
    })
    .await
}
