//! Repositories with a remote that wants a password: cloning, pulling, pushing.

use crate::git::toolbox_at_home;
use crate::git_server::{GitServer, PASSWORD, USER, authorization};
use crate::harness::{Toolbox, eventually, make_deep};
use daytona_protocol::error::toolbox as code;
use serde_json::{Value, json};

/// `body` with the right credentials.
pub(crate) fn with_credentials(mut body: Value) -> Value {
    body["username"] = USER.into();
    body["password"] = PASSWORD.into();
    body
}

/// A toolbox with a clone `r` of the server's repository.
async fn cloned(server: &GitServer) -> Toolbox {
    let toolbox = toolbox_at_home().await;
    let clone = with_credentials(json!({"url": server.url("repo.git"), "path": "r"}));
    let answer = toolbox.git("clone", clone).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    toolbox
}

#[tokio::test]
async fn a_clone_has_one_branch_and_its_upstream() {
    let server = GitServer::start().await;
    let toolbox = cloned(&server).await;
    assert_eq!(toolbox.output("cat r/readme").await, "one\n");
    let status = toolbox.git_status("r").await;
    assert_eq!([&status["currentBranch"], &status["upstream"]], ["main", "origin/main"]);
    assert_eq!([&status["branchPublished"], &status["ahead"]], [&json!(true), &json!(0)]);
    assert_eq!(
        toolbox.output("git -C r branch -r").await.trim(),
        "origin/HEAD -> origin/main\n  origin/main"
    );
    let remotes = toolbox.get("/git/remotes?path=r").await.json();
    assert_eq!(remotes, json!({"remotes": [{"name": "origin", "url": server.url("repo.git")}]}));
    let branch = json!({"url": server.url("repo.git"), "path": "deep/er/s", "branch": "side"});
    assert_eq!(toolbox.git("clone", with_credentials(branch)).await.status, 200);
    assert_eq!(toolbox.output("cat deep/er/s/readme").await, "two\n");
    let tag = json!({"url": server.url("repo.git"), "path": "t", "branch": "v1", "depth": 1});
    assert_eq!(toolbox.git("clone", with_credentials(tag)).await.status, 200);
    assert_eq!(toolbox.output("cat t/readme; git -C t rev-list --count HEAD").await, "two\n1\n");
    let empty = with_credentials(json!({"url": server.url("empty.git"), "path": "e"}));
    assert_eq!(toolbox.git("clone", empty).await.status, 200);
    assert_eq!(toolbox.output("git -C e status --porcelain").await, "");
}

#[tokio::test]
async fn a_commit_is_checked_out_detached_on_whatever_branch_it_is() {
    let server = GitServer::start().await;
    let toolbox = toolbox_at_home().await;
    let clone = |path: &str, commit: &str| {
        toolbox.git(
            "clone",
            with_credentials(json!({"url": server.url("repo.git"), "path": path, "commit_id": commit})),
        )
    };
    let (main, side) = (server.head("main").await, server.head("side").await);
    for (path, commit) in [("m", &main[..8]), ("s", &side[..])] {
        assert_eq!(clone(path, commit).await.status, 200);
        let head = toolbox.output(&format!("git -C {path} rev-parse HEAD")).await;
        assert!(head.starts_with(commit), "{head}");
        assert_eq!(toolbox.git_status(path).await["detached"], true);
    }
    for missing in ["0123456789012345678901234567890123456789", "nowhere"] {
        clone("x", missing).await.error(404, code::GIT_BRANCH_NOT_FOUND);
    }
    clone("x", "--all").await.error(400, code::BAD_REQUEST);
    assert_eq!(toolbox.names(), ["m", "s"]);
}

#[tokio::test]
async fn a_clone_that_fails_says_why_and_leaves_nothing() {
    let server = GitServer::start().await;
    let toolbox = toolbox_at_home().await;
    std::fs::create_dir(toolbox.dir.join("empty")).expect("a folder");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = format!("http://{}/r.git", closed.local_addr().expect("an address"));
    drop(closed);
    let clone = |url: String, more: Value| {
        let mut body = json!({"url": url, "path": "empty"});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        toolbox.git("clone", body)
    };
    let (right, wrong) = (with_credentials(json!({})), json!({"username": USER, "password": "wr0ng-pass"}));
    let repo = server.url("repo.git");
    clone(repo.clone(), json!({})).await.error(401, code::GIT_AUTH_FAILED);
    let message = clone(repo.clone(), wrong).await.error(401, code::GIT_AUTH_FAILED);
    assert!(message.contains("Authentication failed") && !message.contains("wr0ng-pass"), "{message}");
    clone(server.url("forbidden.git"), right.clone()).await.error(403, code::GIT_FORBIDDEN);
    clone(server.url("missing.git"), right.clone()).await.error(404, code::GIT_REPO_NOT_FOUND);
    clone("/nowhere/at/all".into(), json!({})).await.error(404, code::GIT_REPO_NOT_FOUND);
    clone(repo.clone(), with_credentials(json!({"branch": "gone"})))
        .await
        .error(404, code::GIT_BRANCH_NOT_FOUND);
    clone(nobody, json!({})).await.error(502, code::GIT_TRANSPORT_FAILED);
    clone("odd://host/r".into(), json!({})).await.error(400, code::BAD_REQUEST);
    clone("ext::sh -c true".into(), json!({})).await.error(400, code::BAD_REQUEST);
    clone("ssh://u:pw@host/r".into(), json!({})).await.error(400, code::BAD_REQUEST);
    clone(String::new(), json!({})).await.error(400, code::BAD_REQUEST);
    clone(repo.clone(), json!({"password": "x"})).await.error(400, code::BAD_REQUEST);
    clone(repo.clone(), json!({"username": "a\nb", "password": "x"})).await.error(400, code::BAD_REQUEST);
    clone("--upload-pack=touch pwned".into(), json!({})).await.error(404, code::GIT_REPO_NOT_FOUND);
    assert_eq!(toolbox.names(), ["empty"]);
    assert_eq!(std::fs::read_dir(toolbox.dir.join("empty")).expect("still there").count(), 0);
    assert_eq!(clone(repo.clone(), right.clone()).await.status, 200, "an empty folder can be cloned into");
    clone(repo, right).await.error(409, code::CONFLICT);
    assert_eq!(toolbox.output("cat empty/readme").await, "one\n");
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_clone_and_leaves_nothing() {
    let server = GitServer::start().await;
    let toolbox = toolbox_at_home().await;
    server.close();
    let clone = with_credentials(json!({"url": server.url("repo.git"), "path": "r"}));
    tokio::select! {
        answer = toolbox.git("clone", clone) => panic!("{answer:?}"),
        () = server.someone_waits() => make_deep(&toolbox.dir.join("r")),
    }
    eventually("the folder is gone", async || toolbox.names().is_empty()).await;
    let left = format!("ps -eo args | grep -c '[g]it.*{}' || true", server.port);
    eventually("git is gone", async || toolbox.output(&left).await.trim() == "0").await;
}

#[tokio::test]
async fn commits_travel_both_ways() {
    let server = GitServer::start().await;
    let toolbox = cloned(&server).await;
    let transfer = with_credentials(json!({"path": "r"}));
    assert_eq!(toolbox.git("pull", transfer.clone()).await.status, 200, "up to date");
    assert_eq!(toolbox.git("push", transfer.clone()).await.status, 200, "up to date");
    toolbox.output("echo mine > r/mine").await;
    let mine = toolbox.commit_all("r", "mine").await;
    assert_eq!(toolbox.git_status("r").await["ahead"], 1);
    toolbox.git("push", json!({"path": "r"})).await.error(401, code::GIT_AUTH_FAILED);
    assert_eq!(toolbox.git("push", transfer.clone()).await.status, 200);
    assert_eq!((server.head("main").await, &toolbox.git_status("r").await["ahead"]), (mine, &json!(0)));

    server.commit_elsewhere("main", "theirs").await;
    assert_eq!(toolbox.git("pull", transfer.clone()).await.status, 200);
    assert_eq!(toolbox.output("cat r/theirs").await, "theirs\n");

    server.commit_elsewhere("main", "again").await;
    toolbox.output("echo dirty > r/theirs").await;
    toolbox.git("pull", transfer.clone()).await.error(409, code::GIT_DIRTY_WORKTREE);
    toolbox.commit_all("r", "diverged").await;
    toolbox.git("push", transfer.clone()).await.error(409, code::GIT_PUSH_REJECTED);
    toolbox.git("pull", transfer.clone()).await.error(409, code::GIT_MERGE_CONFLICT);
    assert_eq!(toolbox.output("cat r/theirs").await, "dirty\n");

    // Another branch, another remote, by name and by URL.
    assert_eq!(toolbox.git("branches", json!({"path": "r", "name": "new"})).await.status, 201);
    assert_eq!(toolbox.git_status("r").await["branchPublished"], false);
    let named =
        with_credentials(json!({"path": "r", "remote": "origin", "branch": "new", "set_upstream": true}));
    assert_eq!(toolbox.git("push", named).await.status, 200);
    assert_eq!(toolbox.git_status("r").await["branchPublished"], true);
    let url = format!("http://{USER}:x@127.0.0.1:{}/repo.git", server.port);
    let by_url = with_credentials(json!({"path": "r", "remote": url, "branch": "side"}));
    toolbox.git("pull", by_url).await.error(409, code::GIT_MERGE_CONFLICT);
    let push = |more: Value| toolbox.git("push", with_credentials(more));
    push(json!({"path": "r", "branch": "gone"})).await.error(404, code::GIT_BRANCH_NOT_FOUND);
    push(json!({"path": "r", "remote": "gone"})).await.error(404, code::GIT_REPO_NOT_FOUND);
    push(json!({"path": "r", "remote": "--mirror"})).await.error(400, code::BAD_REQUEST);
    let gone = with_credentials(json!({"path": "r", "branch": "gone"}));
    toolbox.git("pull", gone).await.error(404, code::GIT_BRANCH_NOT_FOUND);
}

#[tokio::test]
async fn a_remotes_rules_are_told_apart_from_its_history() {
    let toolbox = toolbox_at_home().await;
    let script = "git init -q --bare -b main o.git; printf '#!/bin/sh\\necho rule seven; exit 1\\n' \
        > o.git/hooks/pre-receive; chmod +x o.git/hooks/pre-receive";
    toolbox.output(script).await;
    assert_eq!(toolbox.git("clone", json!({"url": "./o.git", "path": "r"})).await.status, 200);
    toolbox.output("touch r/a").await;
    toolbox.commit_all("r", "first").await;
    let message = toolbox.git("push", json!({"path": "r"})).await.error(422, code::GIT_REMOTE_REJECTED);
    assert!(message.contains("rule seven"), "{message}");
    toolbox.output("rm o.git/hooks/pre-receive").await;
    assert_eq!(toolbox.git("push", json!({"path": "r"})).await.status, 200);
}

#[tokio::test]
async fn a_redirect_to_another_server_gets_no_credentials() {
    let (server, thief) = (GitServer::start().await, GitServer::start().await);
    let toolbox = toolbox_at_home().await;
    server.redirect_to(thief.port);
    let clone = with_credentials(json!({"url": server.url("repo.git"), "path": "r"}));
    toolbox.git("clone", clone).await.error(401, code::GIT_AUTH_FAILED);
    let sent = thief.asked();
    assert!(!sent.is_empty() && sent.iter().all(String::is_empty), "{sent:?}");
    // The same two servers, asked directly, so that the check above can fail.
    let clone = with_credentials(json!({"url": thief.url("repo.git"), "path": "r"}));
    assert_eq!(toolbox.git("clone", clone).await.status, 200);
    assert!(thief.asked().contains(&authorization()));
}
