//! `POST /git/push`: a branch to the branch of the same name of a remote. Never by force.

use super::command::{Extras, Git, check_name};
use super::remotes::{Way, current_branch, target};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::git::TransferRequest;
use std::sync::Arc;

/// Pushes; up to date is a success.
pub(crate) async fn push(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<TransferRequest>,
) -> Result<StatusCode, ApiError> {
    let git = Git::in_repository(&app, &request.path)?;
    let doing = format!("push {}", git.dir.display());
    let target = target(&git, &doing, request.remote.as_deref(), Way::Push).await?;
    let access = target.url.access(request.username.as_deref(), request.password.as_deref(), false)?;
    let branch = match request.branch.filter(|branch| !branch.is_empty()) {
        Some(branch) => branch,
        None => current_branch(&git, &doing).await?,
    };
    check_name("the name of a branch", &branch)?;
    let refspec = format!("refs/heads/{branch}:refs/heads/{branch}");
    let mut args = vec!["push"];
    args.extend((request.set_upstream == Some(true)).then_some("--set-upstream"));
    args.extend(["--", &target.name, &refspec]);
    let extras = Extras { access: access.as_ref(), ..Extras::default() };
    git.must(&doing, &args, extras).await?;
    Ok(StatusCode::OK)
}
