//! `GET /files/search`: files and folders whose base name matches a glob.
//!
//! fast-glob matches bytes, so names need not be text, compiles nothing, and adds next to nothing to this
//! binary; its patterns hold all of the published ones (`*`, `?`, `[a-z]`, `\`) and `{a,b}` besides. Links are
//! listed, not followed: no loops.

use super::emit::{self, Emitter};
use super::path::{joined, resolve};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::Params;
use axum::extract::State;
use axum::response::Response;
use fast_glob::glob_match;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use walkdir::WalkDir;

/// Names have at most 255 bytes; longer patterns only cost memory.
const MAX_PATTERN: usize = 1024;

/// Sends what matches, the searched folder itself included.
pub(crate) async fn search(State(app): State<Arc<App>>, params: Params) -> Result<Response, ApiError> {
    let given = PathBuf::from(params.required("path")?);
    let path = resolve(&app, params.required("path")?)?;
    let pattern = params.required("pattern")?;
    if pattern.is_empty() || pattern.len() > MAX_PATTERN {
        return Err(ApiError::bad_request(format!("the pattern must have 1 to {MAX_PATTERN} bytes")));
    }
    if !closed(pattern) {
        return Err(ApiError::bad_request(format!(
            "the pattern is no glob: '{pattern}' has a `[` without `]`"
        )));
    }
    let pattern = pattern.to_owned();
    emit::list("{\"files\":[", "]}", move || {
        fs::metadata(&path).map_err(|error| ApiError::file("search", &path, &error))?;
        let entries = WalkDir::new(&path).sort_by_file_name();
        Ok(move |emitter: &mut Emitter| {
            for entry in entries.into_iter().flatten() {
                if glob_match(&pattern, entry.file_name().as_encoded_bytes()) {
                    emitter.entry(&joined(&given, &path, entry.path()))?;
                } else {
                    emitter.check()?;
                }
            }
            Ok(())
        })
    })
    .await
}

/// Whether every class ends; the matcher finds nothing for one that does not, and says nothing.
fn closed(pattern: &str) -> bool {
    let (mut open, mut letters) = (false, pattern.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '[' => open = true,
            ']' => open = false,
            _ => {}
        }
    }
    !open
}
