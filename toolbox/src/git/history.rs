//! `GET /git/history`: the commits that lead to what is checked out, newest first.

use super::command::{Extras, Git};
use super::status::no_commits;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::PathParam;
use axum::Json;
use axum::extract::State;
use daytona_protocol::git::CommitInfo;
use std::sync::Arc;

/// Hash, author, email, time, message, each ended by NUL, which none of them contains.
const FORMAT: &str = "--format=tformat:%H%x00%an%x00%ae%x00%aI%x00%B";
const FIELDS: usize = 5;

/// All of them.
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    PathParam(path): PathParam,
) -> Result<Json<Vec<CommitInfo>>, ApiError> {
    let git = Git::in_repository(&app, &path)?;
    let doing = format!("read the history of {}", git.dir.display());
    let args = [
        "-c",
        "i18n.logOutputEncoding=UTF-8",
        "log",
        "-z",
        FORMAT,
        "--no-show-signature",
        "--no-patch",
        "HEAD",
        "--",
    ];
    let output = git.run(&args, Extras::default()).await?;
    if !output.ok() {
        return Err(
            no_commits(&git, &output).unwrap_or_else(|| super::failure::explain(&doing, &output, None))
        );
    }
    Ok(Json(parse(&output.stdout)))
}

fn parse(printed: &[u8]) -> Vec<CommitInfo> {
    let fields: Vec<_> = printed.split(|byte| *byte == 0).map(String::from_utf8_lossy).collect();
    let commits = fields.chunks_exact(FIELDS).map(|fields| CommitInfo {
        hash: fields[0].to_string(),
        author: fields[1].to_string(),
        email: fields[2].to_string(),
        timestamp: fields[3].to_string(),
        message: fields[4].trim_end_matches('\n').to_owned(),
    });
    commits.collect()
}
