//! `GET /git/remotes`: the configured remotes, without credentials that someone put into a URL.

use super::command::{Extras, Git, check_name};
use super::credentials::Url;
use super::failure;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::PathParam;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::error::toolbox as code;
use daytona_protocol::git::{ListRemotesResponse, Remote, without_credentials};
use std::sync::Arc;

/// Names and URLs, by name.
pub(crate) async fn remotes(
    State(app): State<Arc<App>>,
    PathParam(path): PathParam,
) -> Result<Json<ListRemotesResponse>, ApiError> {
    let git = Git::in_repository(&app, &path)?;
    let doing = format!("list the remotes of {}", git.dir.display());
    // Also the check that there is a repository: outside of one, `config` would succeed.
    git.must(&doing, &["rev-parse", "--git-dir"], Extras::default()).await?;
    let args = ["config", "-z", "--get-regexp", r"^remote\..*\.url$"];
    let output = git.run(&args, Extras::default()).await?;
    // 1: there is none.
    if !output.ok() && output.status != 1 {
        return Err(failure::explain(&doing, &output, None));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    let mut remotes: Vec<Remote> = Vec::new();
    for record in printed.split('\0') {
        let Some((key, url)) = record.split_once('\n') else { continue };
        let name = key.strip_prefix("remote.").and_then(|key| key.strip_suffix(".url")).unwrap_or(key);
        // Of several URLs of one remote, the first is fetched from.
        if remotes.iter().all(|remote| remote.name != name) {
            remotes.push(Remote { name: name.to_owned(), url: without_credentials(url) });
        }
    }
    remotes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Json(ListRemotesResponse { remotes }))
}

/// The remote of a push or pull.
pub(super) struct Target {
    /// What git is told: a configured name, or a URL without credentials.
    pub name: String,
    /// Where that is.
    pub url: Url,
}

/// Which way a transfer goes; a remote may have a URL for each.
pub(super) enum Way {
    Push,
    Fetch,
}

/// Finds out where `remote` is; `origin` when none is named.
pub(super) async fn target(
    git: &Git<'_>,
    doing: &str,
    remote: Option<&str>,
    way: Way,
) -> Result<Target, ApiError> {
    let named = remote.filter(|remote| !remote.is_empty()).unwrap_or("origin");
    check_name("a remote", named)?;
    if named.contains("://") {
        let url = Url::parse(named)?;
        return Ok(Target { name: url.clean.clone(), url });
    }
    let mut args = vec!["remote", "get-url"];
    args.extend(matches!(way, Way::Push).then_some("--push"));
    args.extend(["--", named]);
    let output = git.run(&args, Extras::default()).await?;
    if !output.ok() {
        let no_remote = output.stderr.contains("No such remote");
        return Err(if no_remote {
            let why = format!("cannot {doing}: the repository has no remote {named}");
            ApiError::new(StatusCode::NOT_FOUND, code::GIT_REPO_NOT_FOUND, why)
        } else {
            failure::explain(doing, &output, None)
        });
    }
    let url = Url::parse(output.text().lines().next().unwrap_or_default())?;
    Ok(Target { name: named.to_owned(), url })
}

/// The branch that is checked out.
pub(super) async fn current_branch(git: &Git<'_>, doing: &str) -> Result<String, ApiError> {
    let args = ["symbolic-ref", "--quiet", "--short", "HEAD"];
    let output = git.run(&args, Extras::default()).await?;
    match output.status {
        0 => Ok(output.text()),
        1 => Err(ApiError::bad_request(format!(
            "cannot {doing}: no branch is checked out; say which branch is meant"
        ))),
        _ => Err(failure::explain(doing, &output, None)),
    }
}
