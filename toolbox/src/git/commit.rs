//! `POST /git/commit`: commits what is staged. Author and committer are the same person.

use super::command::{Extras, Git, check};
use super::failure;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::Json;
use axum::extract::State;
use daytona_protocol::git::{CommitRequest, CommitResponse};
use std::sync::Arc;

/// Who commits when neither the request nor git's configuration names someone.
const AUTHOR: &str = "Daytona";
const EMAIL: &str = "daytona@localhost";

/// Commits and answers with the hash.
pub(crate) async fn commit(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<CommitRequest>,
) -> Result<Json<CommitResponse>, ApiError> {
    let git = Git::in_repository(&app, &request.path)?;
    check("the commit message", request.message.trim())?;
    for (what, value) in [("author", &request.author), ("email", &request.email)] {
        if value.contains(['\0', '\n', '\r', '<', '>']) {
            return Err(ApiError::bad_request(format!("{what} {value:?} cannot stand in a commit")));
        }
    }
    let _only = git.lock().await;
    let name = or_configured(&git, &request.author, "user.name", AUTHOR).await?;
    let email = or_configured(&git, &request.email, "user.email", EMAIL).await?;
    let mut args = vec!["commit", "--quiet", "--cleanup=verbatim", "--file=-"];
    args.extend((request.allow_empty == Some(true)).then_some("--allow-empty"));
    let extras = Extras {
        stdin: Some(request.message.into_bytes()),
        env: vec![
            ("GIT_AUTHOR_NAME", name.clone()),
            ("GIT_AUTHOR_EMAIL", email.clone()),
            ("GIT_COMMITTER_NAME", name),
            ("GIT_COMMITTER_EMAIL", email),
        ],
        access: None,
    };
    let doing = format!("commit to {}", git.dir.display());
    let output = git.run(&args, extras).await?;
    if !output.ok() {
        let printed = String::from_utf8_lossy(&output.stdout);
        let idle = ["nothing to commit", "no changes added to commit", "nothing added to commit"];
        if output.status == 1 && idle.iter().any(|words| printed.contains(words)) {
            let why = format!("cannot {doing}: nothing is staged; stage files with git/add first");
            return Err(ApiError::bad_request(why));
        }
        return Err(failure::explain(&doing, &output, None));
    }
    let hash = git.must(&doing, &["rev-parse", "HEAD"], Extras::default()).await?.text();
    Ok(Json(CommitResponse { hash }))
}

/// What the request says, else what git's configuration says, else `default`.
async fn or_configured(git: &Git<'_>, given: &str, key: &str, default: &str) -> Result<String, ApiError> {
    if !given.trim().is_empty() {
        return Ok(given.to_owned());
    }
    let output = git.run(&["config", "--get", key], Extras::default()).await?;
    let configured = output.text();
    Ok(if output.ok() && !configured.is_empty() { configured } else { default.to_owned() })
}
