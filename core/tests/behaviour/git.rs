//! Git: what is sent, what answers mean, and what is never said.

use crate::support::{Reply, Request, toolbox};
use daytona_core::{ErrorCode, FileStatus, GitClone, GitRemote, GitTransfer};
use serde_json::{Value, json};

const PASSWORD: &str = "s3cret-t0ken";

fn transfer() -> GitTransfer {
    GitTransfer {
        username: Some("me".into()),
        password: Some(PASSWORD.into()),
        remote: Some("up".into()),
        branch: Some("b".into()),
    }
}

#[tokio::test]
async fn every_change_is_sent_in_its_published_form() {
    let (server, sandbox) = toolbox(|request: &Request| match request.target.rsplit('/').next() {
        Some("commit") => Reply::json(200, &json!({"hash": "abc"})),
        _ => Reply::empty(200),
    })
    .await;
    let git = sandbox.git();
    let clone = GitClone {
        url: "<https://example.com/r.git>".into(),
        path: "r".into(),
        branch: Some("main".into()),
        commit_id: Some("c0ffee".into()),
        username: Some("me".into()),
        password: Some(PASSWORD.into()),
    };
    git.clone_repository(clone).await.expect("cloned");
    let plain = GitClone { url: "u".into(), path: "p".into(), ..GitClone::default() };
    git.clone_repository(plain).await.expect("cloned");
    git.create_branch("r", "b").await.expect("made");
    git.checkout("r", "b").await.expect("checked out");
    git.delete_branch("r", "b").await.expect("deleted");
    git.add("r", vec!["a b".into(), ".".into()]).await.expect("staged");
    assert_eq!(git.commit("r", "m\n", Some("A"), Some("a@b")).await.expect("committed"), "abc");
    git.push("r", transfer()).await.expect("pushed");
    git.pull("r", GitTransfer::default()).await.expect("pulled");
    let sent: Vec<(String, Value)> =
        server.seen().iter().skip(1).map(|request| (request.line(), request.json())).collect();
    let line = |method: &str, route: &str| format!("{method} /toolbox/box/git/{route}");
    let expected = [
        (
            line("POST", "clone"),
            json!({"url": "https://example.com/r.git", "path": "r", "branch": "main", "commit_id": "c0ffee",
                "username": "me", "password": PASSWORD}),
        ),
        (line("POST", "clone"), json!({"url": "u", "path": "p"})),
        (line("POST", "branches"), json!({"path": "r", "name": "b"})),
        (line("POST", "checkout"), json!({"path": "r", "branch": "b"})),
        (line("DELETE", "branches"), json!({"path": "r", "name": "b"})),
        (line("POST", "add"), json!({"path": "r", "files": ["a b", "."]})),
        (line("POST", "commit"), json!({"path": "r", "message": "m\n", "author": "A", "email": "a@b"})),
        (
            line("POST", "push"),
            json!({"path": "r", "username": "me", "password": PASSWORD, "remote": "up", "branch": "b"}),
        ),
        (line("POST", "pull"), json!({"path": "r"})),
    ];
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn looks_are_read_as_real_servers_answer_them() {
    let (server, sandbox) = toolbox(|request: &Request| {
        let route = request.target.rsplit('/').next().unwrap_or_default();
        Reply::json(
            200,
            &match route {
                "status?path=a+b%26c" => json!({"currentBranch": "main", "ahead": 2, "behind": null, "new": 1,
                    "branchPublished": true,
                    "fileStatus": [{"name": "f", "staging": "Unheard of", "worktree": "Modified", "extra": ""}]}),
                "status?path=old" => json!({"currentBranch": "main", "FileStatus": [{"name": "f"}]}),
                "branches?path=r" => json!({"branches": null}),
                "history?path=r" => json!([{"hash": "h", "message": "m", "author": "a", "email": "e",
                    "timestamp": "2025-01-02T03:04:05Z", "more": {}}]),
                "remotes?path=r" => json!({"remotes": [{"name": "origin", "url": "https://u:p@h/r"}]}),
                _ => Value::Null,
            },
        )
    })
    .await;
    let git = sandbox.git();
    let status = git.status("a b&c").await.expect("a status");
    assert_eq!((status.current_branch.as_str(), status.ahead, status.behind), ("main", 2, 0));
    let file = FileStatus {
        name: "f".into(),
        staging: "Unheard of".into(),
        worktree: "Modified".into(),
        ..FileStatus::default()
    };
    assert_eq!((status.file_status, status.branch_published), (vec![file], true));
    assert_eq!(git.status("old").await.expect("a status").file_status.len(), 1);
    assert_eq!(git.branches("r").await.expect("none"), [""; 0]);
    let log = git.log("r").await.expect("a history");
    assert_eq!((log.len(), log[0].timestamp.as_str()), (1, "2025-01-02T03:04:05Z"));
    assert!(git.log("null").await.expect("nothing").is_empty());
    let remote = GitRemote { name: "origin".into(), url: "https://***@h/r".into() };
    assert_eq!(git.list_remotes("r").await.expect("remotes"), [remote]);
    assert_eq!(server.seen()[1].line(), "GET /toolbox/box/git/status?path=a+b%26c");
}

#[tokio::test]
async fn only_looks_and_what_repeats_itself_are_sent_again() {
    let (server, sandbox) = toolbox(|_: &Request| Reply::Reset(Vec::new())).await;
    let git = sandbox.git();
    let before = |server: &crate::support::FaultServer| server.seen().len();
    let clone = GitClone { url: "u".into(), path: "p".into(), ..GitClone::default() };
    let mut sent = before(&server);
    for attempt in 0..9 {
        let (outcome, expected) = match attempt {
            0 => (git.clone_repository(clone.clone()).await, 1),
            1 => (git.push("r", GitTransfer::default()).await, 1),
            2 => (git.pull("r", GitTransfer::default()).await, 1),
            3 => (git.commit("r", "m", None, None).await.map(|_| ()), 1),
            4 => (git.create_branch("r", "b").await, 1),
            5 => (git.delete_branch("r", "b").await, 1),
            6 => (git.status("r").await.map(|_| ()), 3),
            7 => (git.add("r", vec![".".into()]).await, 3),
            _ => (git.checkout("r", "b").await, 3),
        };
        assert_eq!(outcome.expect_err("reset").code(), ErrorCode::Connection, "{attempt}");
        assert_eq!(before(&server) - sent, expected, "{attempt}");
        sent = before(&server);
    }
}

#[tokio::test]
async fn a_refusal_of_the_remote_blames_its_credentials_and_not_the_api_key() {
    let cases = [
        (401, "GIT_AUTH_FAILED", ErrorCode::Authentication),
        (403, "GIT_FORBIDDEN", ErrorCode::Authorization),
        (404, "GIT_REPO_NOT_FOUND", ErrorCode::NotFound),
        (404, "GIT_BRANCH_NOT_FOUND", ErrorCode::NotFound),
        (409, "GIT_PUSH_REJECTED", ErrorCode::Conflict),
        (409, "GIT_DIRTY_WORKTREE", ErrorCode::Conflict),
        (409, "GIT_MERGE_CONFLICT", ErrorCode::Conflict),
        (409, "GIT_BRANCH_EXISTS", ErrorCode::Conflict),
        (422, "GIT_REMOTE_REJECTED", ErrorCode::Validation),
        (422, "GIT_MISSING", ErrorCode::ProcessExecution),
        (502, "GIT_TRANSPORT_FAILED", ErrorCode::Connection),
    ];
    for (status, code, expected) in cases {
        let body = json!({"message": "git says no", "code": code, "source": "DAYTONA_DAEMON"});
        let (server, sandbox) = toolbox(move |_: &Request| Reply::json(status, &body)).await;
        let error = sandbox.git().push("r", transfer()).await.expect_err("refused");
        assert_eq!((error.code(), error.status()), (expected, Some(status)), "{code}");
        assert!(error.message().contains("git says no"), "{error}");
        assert_eq!(server.seen().len(), 2, "{code}: one look for the sandbox, one push");
        let blames_remote = error.message().contains("given for the git remote");
        assert_eq!(blames_remote, matches!(status, 401 | 403), "{error}");
        assert!(!error.message().contains("api_key"), "{error}");
    }
    // Toolboxes without such codes: it may be either.
    let body = json!({"message": "unauthorized: no", "code": "UNAUTHORIZED"});
    let (_server, sandbox) = toolbox(move |_: &Request| Reply::json(401, &body)).await;
    let error = sandbox.git().pull("r", transfer()).await.expect_err("refused");
    assert!(["git remote", "api_key"].iter().all(|words| error.message().contains(words)), "{error}");
}

#[tokio::test]
async fn a_server_that_insists_on_an_author_is_given_one() {
    let (server, sandbox) = toolbox(|request: &Request| {
        if request.json()["author"] == "" {
            return Reply::json(400, &json!({"message": "invalid body request: author is required"}));
        }
        Reply::json(200, &json!({"hash": "abc"}))
    })
    .await;
    assert_eq!(sandbox.git().commit("r", "m", None, Some("me@h")).await.expect("committed"), "abc");
    let last = server.seen().pop().expect("a request").json();
    assert_eq!([&last["author"], &last["email"]], ["Daytona", "me@h"]);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn passwords_are_in_no_text() {
    // What other toolboxes than ours say, URL included.
    let body = json!({"message": format!("authentication required: https://me:{PASSWORD}@h/r")});
    let (_server, sandbox) = toolbox(move |_: &Request| Reply::json(500, &body)).await;
    let clone = GitClone {
        url: format!("https://me:{PASSWORD}@h/r"),
        path: "p".into(),
        password: Some(PASSWORD.into()),
        ..GitClone::default()
    };
    assert!(format!("{clone:?}").contains("https://***@h/r"));
    let error = sandbox.git().clone_repository(clone.clone()).await.expect_err("refused");
    for text in [format!("{clone:?}{:?}", transfer()), format!("{error} {error:?} {}", error.details())] {
        assert!(!text.contains(PASSWORD), "{text}");
    }
}

#[tokio::test]
async fn what_cannot_work_is_not_sent() {
    let (server, sandbox) = toolbox(|_: &Request| Reply::empty(200)).await;
    let git = sandbox.git();
    let clone = GitClone { path: "p".into(), ..GitClone::default() };
    let errors = [
        git.status("").await.map(|_| ()).expect_err("empty"),
        git.status("a\0b").await.map(|_| ()).expect_err("NUL"),
        git.clone_repository(clone).await.expect_err("no URL"),
        git.add("r", Vec::new()).await.expect_err("no files"),
        git.add("r", vec![String::new()]).await.expect_err("an empty name"),
        git.create_branch("r", "").await.expect_err("empty"),
        git.commit("r", "", None, None).await.map(|_| ()).expect_err("empty"),
    ];
    assert!(errors.iter().all(|error| error.code() == ErrorCode::Validation));
    assert_eq!(server.seen().len(), 1);
}
