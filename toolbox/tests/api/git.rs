//! Repositories without a remote: looking, staging, committing, branches.

use crate::harness::{Answer, Toolbox, encode, in_time};
use daytona_protocol::error::toolbox as code;
use serde_json::{Value, json};

/// A toolbox whose user has an empty home and an empty repository `r`, on the branch `main`.
pub(crate) async fn repository() -> Toolbox {
    let toolbox = toolbox_at_home().await;
    toolbox.output("git init -q -b main r").await;
    toolbox
}

/// A toolbox whose user's home is its working folder and whose machine's configuration does not count.
pub(crate) async fn toolbox_at_home() -> Toolbox {
    Toolbox::start_with(|command| {
        let home = command.get_current_dir().expect("set").to_owned();
        command.env("HOME", home).env("GIT_CONFIG_NOSYSTEM", "1").env_remove("XDG_CONFIG_HOME")
    })
    .await
}

impl Toolbox {
    pub(crate) async fn git(&self, verb: &str, body: Value) -> Answer {
        self.post_json(&format!("/git/{verb}"), body).await
    }

    async fn look(&self, what: &str, path: &str) -> Answer {
        self.get(&format!("/git/{what}?path={}", encode(path))).await
    }

    pub(crate) async fn git_status(&self, path: &str) -> Value {
        let answer = self.look("status", path).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.json()
    }

    async fn delete_branch(&self, path: &str, name: &str) -> Answer {
        let body = json!({"path": path, "name": name}).to_string();
        let request = hyper::Request::delete("/git/branches").header("host", "toolbox");
        self.send(request.body(body.into_bytes().into()).expect("a request")).await
    }

    /// Commits everything and returns the hash.
    pub(crate) async fn commit_all(&self, path: &str, message: &str) -> String {
        assert_eq!(self.git("add", json!({"path": path, "files": ["."]})).await.status, 200);
        let body =
            json!({"path": path, "message": message, "author": "Ann \u{d6}", "email": "ann@example.com"});
        let answer = self.git("commit", body).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.json()["hash"].as_str().expect("a hash").to_owned()
    }
}

/// `name staging worktree extra` of each file.
fn files(status: &Value) -> Vec<String> {
    let files = status["fileStatus"].as_array().expect("a list");
    assert_eq!(status["FileStatus[]"], status["fileStatus"], "the name of version 0.14");
    let text = |file: &Value, key: &str| file[key].as_str().expect("a text").to_owned();
    let show = |file: &Value| ["name", "staging", "worktree", "extra"].map(|key| text(file, key)).join("|");
    files.iter().map(show).collect()
}

#[tokio::test]
async fn from_the_first_file_to_the_history() {
    let toolbox = repository().await;
    for what in ["status", "history"] {
        let message = toolbox.look(what, "r").await.error(404, code::NOT_FOUND);
        assert!(message.starts_with("reference not found"), "{message}");
    }
    assert_eq!(toolbox.look("branches", "r").await.json(), json!({"branches": [], "current": ""}));
    toolbox.output("echo 1 > r/a; echo 2 > r/b; echo 3 > r/c").await;
    let first = toolbox.commit_all("r", "first\n\nwith a body").await;
    toolbox
        .output("cd r; echo 2 > a; git rm -q b; git mv c d; echo x > e; echo n > f; git add e; echo y >> e")
        .await;
    let status = toolbox.git_status("r").await;
    assert_eq!(status["currentBranch"], "main");
    assert_eq!((&status["ahead"], &status["branchPublished"]), (&json!(0), &json!(false)));
    assert_eq!(
        files(&status),
        [
            "a|Unmodified|Modified|",
            "b|Deleted|Unmodified|",
            "d|Renamed|Unmodified|c",
            "e|Added|Modified|",
            "f|Untracked|Untracked|"
        ]
    );
    let second = toolbox.commit_all("r", "-m second").await;
    assert_eq!(files(&toolbox.git_status("r").await), [""; 0]);
    let history = toolbox.look("history", "r").await.json();
    let seen: Vec<_> =
        history.as_array().expect("a list").iter().map(|c| [&c["hash"], &c["message"]]).collect();
    let expected = [[&json!(second), &json!("-m second")], [&json!(first), &json!("first\n\nwith a body")]];
    assert_eq!(seen, expected);
    assert_eq!([&history[0]["author"], &history[0]["email"]], ["Ann \u{d6}", "ann@example.com"]);
    let committer = toolbox.output("git -C r log -1 --format=%cn,%ce").await;
    assert_eq!(committer, "Ann \u{d6},ann@example.com\n");
    let time = history[0]["timestamp"].as_str().expect("a time");
    time::OffsetDateTime::parse(time, &time::format_description::well_known::Rfc3339).expect("RFC 3339");
}

#[tokio::test]
async fn names_are_names_whatever_is_in_them() {
    let toolbox = repository().await;
    let names =
        ["a b", "-n", "--all", "'q\"", "*", ":(top)x", "new\nline", "\u{e9}\u{1f600}", "\\t", "#", "x\ty"];
    for name in names {
        std::fs::write(toolbox.dir.join("r").join(name), name).expect("a file");
    }
    std::fs::write(toolbox.dir.join("r").join("plain"), "").expect("a file");
    let answer = toolbox.git("add", json!({"path": "r", "files": names})).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let commit = json!({"path": "r", "message": "m", "author": "-a", "email": "b"});
    assert_eq!(toolbox.git("commit", commit).await.status, 200);
    // `*` took only the file of that name.
    assert_eq!(files(&toolbox.git_status("r").await), ["plain|Untracked|Untracked|"]);
    for name in names {
        std::fs::write(toolbox.dir.join("r").join(name), "changed").expect("a file");
    }
    std::fs::remove_file(toolbox.dir.join("r/plain")).expect("a file");
    let mut expected = names.map(|name| format!("{name}|Unmodified|Modified|"));
    expected.sort();
    let mut seen = files(&toolbox.git_status("r").await);
    seen.sort();
    assert_eq!(seen, expected);
    // A repository whose own path is odd, and names that are no text.
    toolbox.output("git init -q -b main -- \"-o 'd\n\"; cd ./-o*; touch $'\\xff\\xfe'; git add .").await;
    toolbox.commit_all("-o 'd\n", "m").await;
    toolbox.output("cd ./-o*; rm $'\\xff\\xfe'").await;
    assert_eq!(files(&toolbox.git_status("-o 'd\n").await), ["\u{fffd}\u{fffd}|Unmodified|Deleted|"]);
}

#[tokio::test]
async fn branches_come_and_go() {
    let toolbox = repository().await;
    toolbox.output("echo 1 > r/a").await;
    let first = toolbox.commit_all("r", "first").await;
    let name = "feature/\u{fc}-1";
    let make = |name: &str| json!({"path": "r", "name": name});
    assert_eq!(toolbox.git("branches", make(name)).await.status, 201);
    toolbox.git("branches", make(name)).await.error(409, code::GIT_BRANCH_EXISTS);
    for bad in ["", "-d", "--detach", "a b", "a..b", "x.lock", "a\nb"] {
        toolbox.git("branches", make(bad)).await.error(400, code::BAD_REQUEST);
    }
    assert_eq!(
        toolbox.look("branches", "r").await.json(),
        json!({"branches": [name, "main"], "current": name})
    );
    toolbox.delete_branch("r", name).await.error(409, code::CONFLICT);
    toolbox.output("echo 2 > r/a").await;
    toolbox.commit_all("r", "second").await;
    let checkout = |branch: &str| json!({"path": "r", "branch": branch});
    assert_eq!(toolbox.git("checkout", checkout("main")).await.status, 200);
    assert_eq!(toolbox.output("cat r/a").await, "1\n");
    // Uncommitted changes are kept.
    toolbox.output("echo mine > r/a").await;
    toolbox.git("checkout", checkout(name)).await.error(409, code::GIT_DIRTY_WORKTREE);
    assert_eq!(toolbox.output("cat r/a; git -C r checkout -q a").await, "mine\n");
    toolbox.git("checkout", checkout("nowhere")).await.error(404, code::GIT_BRANCH_NOT_FOUND);
    // A file of that name is not a branch.
    toolbox.git("checkout", checkout("a")).await.error(404, code::GIT_BRANCH_NOT_FOUND);
    assert_eq!(toolbox.git("checkout", checkout(&first)).await.status, 200);
    let status = toolbox.git_status("r").await;
    assert_eq!([&status["currentBranch"], &status["detached"]], [&json!("HEAD"), &json!(true)]);
    toolbox.git("push", json!({"path": "r"})).await.error(404, code::GIT_REPO_NOT_FOUND);
    toolbox.output("git -C r remote add origin /nowhere").await;
    let message = toolbox.git("push", json!({"path": "r"})).await.error(400, code::BAD_REQUEST);
    assert!(message.contains("no branch is checked out"), "{message}");
    assert_eq!(toolbox.delete_branch("r", name).await.status, 204);
    toolbox.delete_branch("r", name).await.error(404, code::GIT_BRANCH_NOT_FOUND);
}

#[tokio::test]
async fn conflicts_show_and_stop_a_commit() {
    let toolbox = repository().await;
    toolbox.output("echo 1 > r/a").await;
    toolbox.commit_all("r", "first").await;
    toolbox
        .output(
            "cd r; git config user.name n; git config user.email e; git checkout -q -b side; echo s > a; \
             git commit -qam s; git checkout -q main; echo m > a; git commit -qam m; git merge side || true",
        )
        .await;
    assert_eq!(files(&toolbox.git_status("r").await), ["a|Updated but unmerged|Updated but unmerged|"]);
    let commit = json!({"path": "r", "message": "m"});
    toolbox.git("commit", commit.clone()).await.error(409, code::GIT_MERGE_CONFLICT);
    toolbox
        .git("checkout", json!({"path": "r", "branch": "side"}))
        .await
        .error(409, code::GIT_MERGE_CONFLICT);
    toolbox.output("echo both > r/a").await;
    assert_eq!(toolbox.git("add", json!({"path": "r", "files": ["a"]})).await.status, 200);
    assert_eq!(toolbox.git("commit", commit).await.status, 200);
    assert_eq!(
        toolbox.output("git -C r log -1 --format=%an,%ae,%p | wc -w").await.trim(),
        "2",
        "two parents"
    );
}

#[tokio::test]
async fn what_cannot_be_done_says_why() {
    let toolbox = repository().await;
    toolbox.output("mkdir plain; echo ignored > r/.gitignore; touch r/ignored file").await;
    for (path, said) in [("plain", "not a git repository"), ("missing", "no folder"), ("file", "no folder")] {
        for what in ["status", "branches", "history", "remotes"] {
            let message = toolbox.look(what, path).await.error(404, code::GIT_REPO_NOT_FOUND);
            assert!(message.contains(said), "{what} {path}: {message}");
        }
    }
    toolbox.look("status", "").await.error(400, code::BAD_REQUEST);
    toolbox.look("status", "a\0b").await.error(400, code::BAD_REQUEST);
    let add = |files: Value| toolbox.git("add", json!({"path": "r", "files": files}));
    add(json!(["missing"])).await.error(404, code::FILE_NOT_FOUND);
    add(json!(["ignored"])).await.error(400, code::BAD_REQUEST);
    add(json!(["../file"])).await.error(400, code::BAD_REQUEST);
    add(json!([])).await.error(400, code::BAD_REQUEST);
    add(json!([""])).await.error(400, code::BAD_REQUEST);
    add(json!("a")).await.error(400, code::INVALID_REQUEST_BODY);
    let commit = |message: &str, author: &str| {
        toolbox.git("commit", json!({"path": "r", "message": message, "author": author, "email": "e"}))
    };
    let message = commit("m", "a").await.error(400, code::BAD_REQUEST);
    assert!(message.contains("nothing is staged"), "{message}");
    commit(" \n", "a").await.error(400, code::BAD_REQUEST);
    commit("m", "a\nb").await.error(400, code::BAD_REQUEST);
    let empty = json!({"path": "r", "message": "m", "author": "a", "email": "e", "allow_empty": true});
    assert_eq!(toolbox.git("commit", empty).await.status, 200);
    toolbox.output("touch r/x r/.git/index.lock").await;
    let message = add(json!(["x"])).await.error(409, code::CONFLICT);
    assert!(message.contains("index.lock"), "{message}");
}

#[tokio::test]
async fn a_commit_without_a_name_takes_the_configured_one_else_daytona() {
    let toolbox = repository().await;
    let names = async |file: &str| {
        toolbox.output(&format!("touch r/{file}; git -C r add {file}")).await;
        let answer =
            toolbox.git("commit", json!({"path": "r", "message": file, "author": "", "email": ""})).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        toolbox.output("git -C r log -1 --format=%an,%ae,%cn,%ce").await
    };
    assert_eq!(names("a").await, "Daytona,daytona@localhost,Daytona,daytona@localhost\n");
    toolbox
        .output("git config --global user.name 'Bo B'; git config --global user.email bo@example.com")
        .await;
    assert_eq!(names("b").await, "Bo B,bo@example.com,Bo B,bo@example.com\n");
}

#[tokio::test]
async fn hooks_run_as_git_runs_them() {
    let toolbox = repository().await;
    toolbox
        .output("printf '#!/bin/sh\\necho refused by rule 7 >&2\\nexit 1\\n' > r/.git/hooks/pre-commit")
        .await;
    toolbox.output("chmod +x r/.git/hooks/pre-commit; touch r/a; git -C r add a").await;
    let answer = toolbox.git("commit", json!({"path": "r", "message": "m"})).await;
    assert!(answer.error(500, code::INTERNAL_SERVER_ERROR).contains("refused by rule 7"));
}

#[tokio::test]
async fn ten_thousand_files_have_a_status() {
    let toolbox = repository().await;
    toolbox
        .output(
            "touch r/tracked; mkdir r/d; cd r/d; seq -f 'file %05g' 10000 | tr '\\n' '\\0' | xargs -0 touch",
        )
        .await;
    assert_eq!(toolbox.git("add", json!({"path": "r", "files": ["tracked"]})).await.status, 200);
    assert_eq!(toolbox.git("commit", json!({"path": "r", "message": "m"})).await.status, 200);
    let status = toolbox.git_status("r").await;
    let files = files(&status);
    assert_eq!((files.len(), files[9_999].as_str()), (10_000, "d/file 10000|Untracked|Untracked|"));
    let names: Vec<String> = (1..=10_000).map(|n| format!("d/file {n:05}")).collect();
    assert_eq!(toolbox.git("add", json!({"path": "r", "files": names})).await.status, 200);
    assert_eq!(toolbox.output("git -C r diff --cached --name-only | wc -l").await.trim(), "10000");
}

#[tokio::test]
async fn changes_at_once_wait_for_each_other() {
    let toolbox = repository().await;
    toolbox.output("cd r; for n in $(seq 24); do echo $n > f$n; done").await;
    let adding = (1..=24).map(|n| toolbox.git("add", json!({"path": "r", "files": [format!("f{n}")]})));
    for answer in in_time(futures::future::join_all(adding)).await {
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }
    assert_eq!(toolbox.output("git -C r diff --cached --name-only | wc -l").await.trim(), "24");
}

#[tokio::test]
async fn without_git_the_answer_says_so() {
    let toolbox = Toolbox::start_with(|command| command.env("PATH", "/nonexistent")).await;
    let message = toolbox.look("status", ".").await.error(422, code::GIT_MISSING);
    assert!(message.contains("use an image that has git"), "{message}");
}
