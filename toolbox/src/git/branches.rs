//! `/git/branches`: lists, makes and deletes local branches.

use super::command::{Extras, Git, check_name};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::{JsonBody, PathParam};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::git::{BranchRequest, ListBranchResponse};
use std::sync::Arc;

/// Names by name; none in a repository without commits.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    PathParam(path): PathParam,
) -> Result<Json<ListBranchResponse>, ApiError> {
    let git = Git::in_repository(&app, &path)?;
    let doing = format!("list the branches of {}", git.dir.display());
    // No name of a branch contains a line break.
    let args = ["for-each-ref", "--format=%(HEAD)%(refname:lstrip=2)", "refs/heads/"];
    let output = git.must(&doing, &args, Extras::default()).await?;
    let mut answer = ListBranchResponse::default();
    for line in output.text().lines() {
        match line.strip_prefix('*') {
            Some(name) => {
                name.clone_into(&mut answer.current);
                answer.branches.push(name.to_owned());
            }
            None => answer.branches.push(line.trim_start().to_owned()),
        }
    }
    Ok(Json(answer))
}

/// Makes a branch at the current commit and checks it out.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<BranchRequest>,
) -> Result<StatusCode, ApiError> {
    let git = Git::in_repository(&app, &request.path)?;
    check_name("the name of a branch", &request.name)?;
    let _only = git.lock().await;
    let doing = format!("create the branch {} of {}", request.name, git.dir.display());
    git.must(&doing, &["checkout", "--quiet", "-b", &request.name], Extras::default()).await?;
    Ok(StatusCode::CREATED)
}

/// Deletes a branch, merged or not.
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<BranchRequest>,
) -> Result<StatusCode, ApiError> {
    let git = Git::in_repository(&app, &request.path)?;
    check_name("the name of a branch", &request.name)?;
    let _only = git.lock().await;
    let doing = format!("delete the branch {} of {}", request.name, git.dir.display());
    git.must(&doing, &["branch", "--quiet", "-D", "--", &request.name], Extras::default()).await?;
    Ok(StatusCode::NO_CONTENT)
}
