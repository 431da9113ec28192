//! What git's messages mean, as answers of the API. Secrets are taken out of them first.

use super::command::Output;
use super::credentials::Access;
use crate::error::ApiError;
use axum::http::StatusCode;
use daytona_protocol::error::toolbox as code;
use daytona_protocol::git::without_credentials;

/// What is repeated of git's words.
const LONGEST: usize = 2048;

type Meaning = (StatusCode, &'static str, &'static [&'static str]);

/// The first that fits counts, so what is particular comes before what is general.
const MEANINGS: [Meaning; 23] = [
    (StatusCode::INSUFFICIENT_STORAGE, code::NO_SPACE, &["No space left on device", "Disk quota exceeded"]),
    (StatusCode::FORBIDDEN, code::FORBIDDEN, &["detected dubious ownership"]),
    (
        StatusCode::UNAUTHORIZED,
        code::GIT_AUTH_FAILED,
        &[
            "Authentication failed for",
            "could not read Username",
            "could not read Password",
            "terminal prompts disabled",
            "Permission denied (publickey",
            "Host key verification failed",
            "returned error: 401",
        ],
    ),
    (StatusCode::FORBIDDEN, code::GIT_FORBIDDEN, &["returned error: 403"]),
    (
        StatusCode::NOT_FOUND,
        code::GIT_BRANCH_NOT_FOUND,
        &[
            "Remote branch",
            "couldn't find remote ref",
            "did not match any file(s) known to git",
            "does not match any",
            "invalid reference",
            "unknown revision",
            "not a valid object name",
            "does not have any commits yet",
            "is not a tree",
            "not our ref",
            "remote ref does not exist",
            "is not a commit",
        ],
    ),
    (StatusCode::CONFLICT, code::GIT_BRANCH_EXISTS, &["a branch named"]),
    (StatusCode::NOT_FOUND, code::GIT_BRANCH_NOT_FOUND, &["error: branch '"]),
    (StatusCode::CONFLICT, code::CONFLICT, &["already exists and is not an empty directory"]),
    (StatusCode::CONFLICT, code::CONFLICT, &["used by worktree at", "checked out at"]),
    (StatusCode::CONFLICT, code::CONFLICT, &[".lock': File exists"]),
    (StatusCode::UNPROCESSABLE_ENTITY, code::GIT_REMOTE_REJECTED, &["[remote rejected]"]),
    (StatusCode::CONFLICT, code::GIT_PUSH_REJECTED, &["[rejected]", "Updates were rejected"]),
    (
        StatusCode::CONFLICT,
        code::GIT_DIRTY_WORKTREE,
        &["would be overwritten by", "Please commit your changes or stash them"],
    ),
    (
        StatusCode::CONFLICT,
        code::GIT_MERGE_CONFLICT,
        &[
            "Not possible to fast-forward",
            "iverging branches can't be fast-forwarded",
            "refusing to merge unrelated histories",
            "unmerged files",
            "resolve your current index first",
            "not concluded your merge",
        ],
    ),
    (
        StatusCode::BAD_REQUEST,
        code::BAD_REQUEST,
        &[
            "is not a valid branch name",
            "ignored by one of your .gitignore files",
            "is outside repository",
            "is in submodule",
            "empty ident name",
            "name consists only of disallowed characters",
            "empty commit message",
        ],
    ),
    (StatusCode::NOT_FOUND, code::FILE_NOT_FOUND, &["did not match any files"]),
    (
        StatusCode::BAD_REQUEST,
        code::BAD_REQUEST,
        &["Unable to find remote helper", "is not a git command", "not allowed"],
    ),
    (
        StatusCode::NOT_FOUND,
        code::GIT_REPO_NOT_FOUND,
        &[
            "not a git repository",
            "does not appear to be a git repository",
            "returned error: 404",
            "returned error: 410",
            "No such remote",
        ],
    ),
    (StatusCode::NOT_FOUND, code::GIT_REPO_NOT_FOUND, &["fatal: repository '"]),
    (
        StatusCode::BAD_GATEWAY,
        code::GIT_TRANSPORT_FAILED,
        &[
            "Could not resolve host",
            "unable to access '",
            "Could not read from remote repository",
            "unable to look up",
            "unable to connect",
            "early EOF",
            "hung up unexpectedly",
            "RPC failed",
            "the remote end hung up",
            "expected flush after",
        ],
    ),
    (
        StatusCode::FORBIDDEN,
        code::FILE_ACCESS_DENIED,
        &["Permission denied", "Read-only file system", "insufficient permission"],
    ),
    (
        StatusCode::BAD_REQUEST,
        code::INVALID_FILE_PATH,
        &["Not a directory", "File name too long", "File exists"],
    ),
    (StatusCode::BAD_REQUEST, code::BAD_REQUEST, &["must be run in a work tree"]),
];

/// The answer to a run of git that failed while `doing`, which completes "cannot".
pub(super) fn explain(doing: &str, output: &Output, access: Option<&Access>) -> ApiError {
    let said = words(&output.stderr);
    let said = if said.is_empty() { words(&String::from_utf8_lossy(&output.stdout)) } else { said };
    // What the remote says is not git's own verdict.
    let own: Vec<&str> =
        output.stderr.lines().filter(|line| !line.trim_start().starts_with("remote:")).collect();
    let own = own.join("\n");
    let fits = |meaning: &&Meaning| meaning.2.iter().any(|words| own.contains(words));
    let (status, code) = match MEANINGS.iter().find(fits) {
        Some((status, code, _)) => (*status, *code),
        None => (StatusCode::INTERNAL_SERVER_ERROR, code::INTERNAL_SERVER_ERROR),
    };
    let said = match said.as_str() {
        "" if output.status < 0 => "git was killed".to_owned(),
        "" => format!("git ended with exit code {} and said nothing", output.status),
        _ => said,
    };
    let advice = match (status, access) {
        (StatusCode::UNAUTHORIZED, None) => {
            "; authentication is needed: pass username and password, with an http or https URL"
        }
        (StatusCode::UNAUTHORIZED, Some(_)) => "; authentication failed: check username and password",
        _ => "",
    };
    ApiError::new(status, code, scrub(&format!("cannot {doing}: {said}{advice}"), access))
}

/// Without URLs' credentials and without `access`'s secrets, cut to a bound.
pub(super) fn scrub(text: &str, access: Option<&Access>) -> String {
    let mut clean = without_credentials(text);
    for secret in access.map(Access::secrets).unwrap_or_default() {
        clean = clean.replace(&secret, "***");
    }
    let mut end = clean.len().min(LONGEST);
    while !clean.is_char_boundary(end) {
        end -= 1;
    }
    clean.truncate(end);
    clean
}

/// Git's messages in one line, without what is only progress or advice.
fn words(text: &str) -> String {
    let idle = ["Cloning into ", "hint:", "From ", "To ", "warning: redirecting"];
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.filter(|line| !idle.iter().any(|start| line.starts_with(start)));
    let lines = lines.map(|line| line.trim_start_matches("fatal: ").trim_start_matches("error: "));
    let joined = lines.collect::<Vec<_>>().join("; ");
    joined.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(stderr: &str) -> ApiError {
        explain("push", &Output { status: 128, stdout: Vec::new(), stderr: stderr.to_owned() }, None)
    }

    #[test]
    fn the_particular_meaning_wins() {
        let cases = [
            ("fatal: Authentication failed for 'https://h/r'", 401, code::GIT_AUTH_FAILED),
            (
                "remote: Write access not granted.\nfatal: unable to access 'https://h/r': The requested URL \
                 returned error: 403",
                403,
                code::GIT_FORBIDDEN,
            ),
            ("fatal: repository 'https://h/r/' not found", 404, code::GIT_REPO_NOT_FOUND),
            (
                "fatal: unable to access 'https://h/r/': Could not resolve host: h",
                502,
                code::GIT_TRANSPORT_FAILED,
            ),
            (" ! [remote rejected] main -> main (hook declined)", 422, code::GIT_REMOTE_REJECTED),
            (" ! [rejected]        main -> main (fetch first)", 409, code::GIT_PUSH_REJECTED),
            ("remote: fatal: Authentication failed for\nfatal: odd", 500, code::INTERNAL_SERVER_ERROR),
        ];
        for (stderr, status, code) in cases {
            let error = explained(stderr);
            assert_eq!((error.status.as_u16(), error.code), (status, code), "{stderr}");
        }
    }

    #[test]
    fn messages_are_one_line_without_credentials_and_bounded() {
        let error =
            explained("Cloning into 'x'...\nfatal: unable to access 'https://u:p4ss@h/r': x\nhint: no");
        assert_eq!(error.message, "cannot push: unable to access 'https://***@h/r': x");
        assert!(explained(&"ä".repeat(9000)).message.len() <= LONGEST);
    }
}
