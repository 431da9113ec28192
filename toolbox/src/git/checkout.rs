//! `POST /git/checkout`: a branch, else one of a remote, else a tag or commit, detached.

use super::command::{Extras, Git, check_name};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::git::CheckoutRequest;
use std::sync::Arc;

/// Checks it out; uncommitted changes that would be lost are a conflict.
pub(crate) async fn checkout(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<CheckoutRequest>,
) -> Result<StatusCode, ApiError> {
    let git = Git::in_repository(&app, &request.path)?;
    check_name("the name of a branch or commit", &request.branch)?;
    let _only = git.lock().await;
    let doing = format!("check out {} of {}", request.branch, git.dir.display());
    git.must(&doing, &["checkout", "--quiet", &request.branch, "--"], Extras::default()).await?;
    Ok(StatusCode::OK)
}
