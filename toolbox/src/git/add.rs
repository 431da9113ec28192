//! `POST /git/add`: stages files, removed ones included. Names are names and not patterns; `.` is everything.

use super::command::{Extras, Git, check};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::git::AddRequest;
use std::sync::Arc;

/// Stages all of them or, when one cannot be, none.
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<AddRequest>,
) -> Result<StatusCode, ApiError> {
    let git = Git::in_repository(&app, &request.path)?;
    if request.files.is_empty() {
        return Err(ApiError::bad_request("files is empty; \".\" stages everything"));
    }
    let mut names = Vec::new();
    for file in &request.files {
        check("a name in files", file)?;
        names.extend_from_slice(file.as_bytes());
        names.push(0);
    }
    let _only = git.lock().await;
    // By its input, since thousands of names do not fit among the arguments.
    let args = ["add", "--pathspec-from-file=-", "--pathspec-file-nul"];
    let extras = Extras { stdin: Some(names), ..Extras::default() };
    git.must(&format!("stage files of {}", git.dir.display()), &args, extras).await?;
    Ok(StatusCode::OK)
}
