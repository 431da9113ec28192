//! `GET /git/status`: what is checked out, how it relates to its upstream, and what changed.

use super::command::{Extras, Git, Output};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::PathParam;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::error::toolbox as code;
use daytona_protocol::git::{FileStatus, Status};
use std::sync::Arc;

const UNMERGED: &str = "Updated but unmerged";

/// The status; a repository without commits has none.
pub(crate) async fn status(
    State(app): State<Arc<App>>,
    PathParam(path): PathParam,
) -> Result<Json<Status>, ApiError> {
    let git = Git::in_repository(&app, &path)?;
    let doing = format!("read the status of {}", git.dir.display());
    // Without the locks that git would take to refresh the index, which would fail a commit beside it.
    let args = [
        "--no-optional-locks",
        "status",
        "--porcelain=v2",
        "-z",
        "--branch",
        "--untracked-files=all",
        "--ignored=no",
    ];
    let output = git.must(&doing, &args, Extras::default()).await?;
    let mut status = parse(&output.stdout).ok_or_else(|| nothing_committed(&git))?;
    if !status.branch_published && !status.detached {
        // A clone of one branch has no counterpart of the upstreams of others, and git then names none.
        let key = format!("branch.{}.merge", status.current_branch);
        status.branch_published = git.run(&["config", "--get", &key], Extras::default()).await?.ok();
    }
    Ok(Json(status))
}

/// The published answer to questions about commits where there are none.
fn nothing_committed(git: &Git<'_>) -> ApiError {
    let why = format!("reference not found: the repository {} has no commits yet", git.dir.display());
    ApiError::new(StatusCode::NOT_FOUND, code::NOT_FOUND, why)
}

/// That answer, if a run failed for that reason.
pub(super) fn no_commits(git: &Git<'_>, output: &Output) -> Option<ApiError> {
    let unborn = ["bad revision 'HEAD'", "does not have any commits yet"];
    unborn.iter().any(|words| output.stderr.contains(words)).then(|| nothing_committed(git))
}

/// Reads `git status --porcelain=v2 -z --branch`; none without commits.
fn parse(printed: &[u8]) -> Option<Status> {
    let mut status = Status::default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut records = printed.split(|byte| *byte == 0).filter(|record| !record.is_empty());
    let mut files = Vec::new();
    while let Some(record) = records.next() {
        let (kind, rest) = (record[0], record.get(2..).unwrap_or_default());
        let words = |index: usize| {
            let mut words = rest.splitn(index + 1, |byte| *byte == b' ');
            (words.next().unwrap_or_default(), text(words.nth(index.max(1) - 1).unwrap_or_default()))
        };
        match kind {
            b'#' => header(&mut status, &text(rest))?,
            b'1' => {
                let (xy, name) = words(7);
                files.push(file(name, xy, String::new()));
            }
            b'2' => {
                let (xy, name) = words(8);
                files.push(file(name, xy, text(records.next().unwrap_or_default())));
            }
            b'u' => {
                let (_, name) = words(9);
                files.push(FileStatus {
                    name,
                    staging: UNMERGED.into(),
                    worktree: UNMERGED.into(),
                    extra: String::new(),
                });
            }
            b'?' => files.push(file(text(rest), b"??", String::new())),
            _ => {}
        }
    }
    status.legacy_file_status = Some(files.clone());
    status.file_status = files;
    Some(status)
}

fn header(status: &mut Status, line: &str) -> Option<()> {
    let (key, value) = line.split_once(' ').unwrap_or((line, ""));
    match key {
        "branch.oid" if value == "(initial)" => return None,
        "branch.head" if value == "(detached)" => {
            status.detached = true;
            status.current_branch = "HEAD".to_owned();
        }
        "branch.head" => value.clone_into(&mut status.current_branch),
        "branch.upstream" => {
            status.branch_published = true;
            value.clone_into(&mut status.upstream);
        }
        "branch.ab" => {
            let mut counts = value.split(' ').map(|count| count.parse().map_or(0, i64::saturating_abs));
            status.ahead = counts.next().unwrap_or_default();
            status.behind = counts.next().unwrap_or_default();
        }
        _ => {}
    }
    Some(())
}

fn file(name: String, xy: &[u8], extra: String) -> FileStatus {
    let word = |index: usize| {
        let word = match xy.get(index).copied().unwrap_or_default() {
            b'M' | b'T' => "Modified",
            b'A' => "Added",
            b'D' => "Deleted",
            b'R' => "Renamed",
            b'C' => "Copied",
            b'U' => UNMERGED,
            b'?' => "Untracked",
            _ => "Unmodified",
        };
        word.to_owned()
    };
    FileStatus { name, staging: word(0), worktree: word(1), extra }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_kind_of_record_is_read() {
        let printed =
            b"# branch.oid abc\0# branch.head main\0# branch.upstream origin/main\0# branch.ab +2 -1\0\
            1 .M N... 100644 100644 100644 a b a name with spaces\n and a line\0\
            2 RM N... 100644 100644 100644 a b R100 new\0old name\0\
            u AA N... 100644 100644 100644 100644 a b c both\0? un\xfftracked\0? x\0";
        let status = parse(printed).expect("commits");
        assert_eq!((status.current_branch.as_str(), status.ahead, status.behind), ("main", 2, 1));
        assert!(status.branch_published && !status.detached);
        let seen: Vec<_> = status
            .file_status
            .iter()
            .map(|file| [&file.name, &file.staging, &file.worktree, &file.extra].map(String::as_str))
            .collect();
        let expected = [
            ["a name with spaces\n and a line", "Unmodified", "Modified", ""],
            ["new", "Renamed", "Modified", "old name"],
            ["both", "Updated but unmerged", "Updated but unmerged", ""],
            ["un\u{fffd}tracked", "Untracked", "Untracked", ""],
            ["x", "Untracked", "Untracked", ""],
        ];
        assert_eq!(seen, expected);
        assert_eq!(status.legacy_file_status.as_ref(), Some(&status.file_status));
        let odd = parse(b"# branch.oid abc\0# branch.ab -9223372036854775808 x\0").expect("commits");
        assert_eq!((odd.ahead, odd.behind), (i64::MAX, 0));
        assert!(parse(b"# branch.oid (initial)\0# branch.head main\0").is_none());
    }
}
