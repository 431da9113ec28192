//! `POST /git/pull`: brings the checked-out branch to where a branch of a remote is, by fast-forward only.

use super::command::{Extras, Git, check_name};
use super::remotes::{Way, current_branch, target};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::git::TransferRequest;
use std::sync::Arc;

/// Fetches, then moves the branch; up to date is a success.
pub(crate) async fn pull(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<TransferRequest>,
) -> Result<StatusCode, ApiError> {
    let git = Git::in_repository(&app, &request.path)?;
    let doing = format!("pull {}", git.dir.display());
    let target = target(&git, &doing, request.remote.as_deref(), Way::Fetch).await?;
    let access = target.url.access(request.username.as_deref(), request.password.as_deref(), true)?;
    let branch = match request.branch.filter(|branch| !branch.is_empty()) {
        Some(branch) => branch,
        None => upstream(&git, &doing, &target.name).await?,
    };
    check_name("the name of a branch", &branch)?;
    // Held from here, since FETCH_HEAD is the repository's.
    let _only = git.lock().await;
    let source = format!("refs/heads/{branch}");
    let extras = Extras { access: access.as_ref(), ..Extras::default() };
    git.must(&doing, &["fetch", "--", &target.name, &source], extras).await?;
    git.must(&doing, &["merge", "--quiet", "--ff-only", "FETCH_HEAD"], Extras::default()).await?;
    Ok(StatusCode::OK)
}

/// The branch of `remote` that the checked-out one follows, else the one of the same name.
async fn upstream(git: &Git<'_>, doing: &str, remote: &str) -> Result<String, ApiError> {
    let current = current_branch(git, doing).await?;
    let format = "--format=%(upstream:remotename) %(upstream:remoteref)";
    let args = ["for-each-ref", format, &format!("refs/heads/{current}")];
    let output = git.must(doing, &args, Extras::default()).await?.text();
    let followed = output.split_once(' ').filter(|(name, _)| *name == remote);
    let followed = followed.and_then(|(_, name)| name.strip_prefix("refs/heads/"));
    Ok(followed.map_or(current, str::to_owned))
}
