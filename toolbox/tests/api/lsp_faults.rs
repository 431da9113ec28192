//! `lsp/...` with a language server that misbehaves in every way it can, and what the toolbox tells it.

use crate::harness::{Toolbox, alive, eventually, in_time};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

const FAKE: &str = include_str!("support/fake_lsp.py");

/// A toolbox whose `pylsp` is a script that behaves as it is told.
struct Fake {
    toolbox: Toolbox,
    bin: PathBuf,
    _temp: tempfile::TempDir,
}

impl Fake {
    async fn start() -> Self {
        let temp = tempfile::tempdir().expect("a folder");
        let bin = temp.path().to_owned();
        std::fs::write(bin.join("pylsp"), FAKE).expect("a script");
        std::fs::set_permissions(bin.join("pylsp"), std::fs::Permissions::from_mode(0o755))
            .expect("permissions");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("PATH"));
        let toolbox = Toolbox::start_with(|command| command.env("PATH", path)).await;
        std::fs::write(toolbox.dir.join("main.py"), "one").expect("a file");
        let fake = Self { toolbox, bin, _temp: temp };
        fake.behave("well");
        fake
    }

    fn behave(&self, mode: &str) {
        std::fs::write(self.bin.join("mode"), mode).expect("a file");
    }

    /// What the server was told, and its helper, line by line.
    fn seen(&self) -> Vec<String> {
        let seen = std::fs::read_to_string(self.bin.join("seen")).unwrap_or_default();
        seen.lines().map(str::to_owned).collect()
    }

    fn last(&self, what: &str) -> String {
        let seen = self.seen();
        let line = seen.iter().rev().find_map(|line| line.strip_prefix(what));
        line.unwrap_or_else(|| panic!("no {what} in {seen:?}")).trim().to_owned()
    }

    async fn post(&self, verb: &str, more: Value) -> crate::harness::Answer {
        let mut body = json!({"languageId": "python", "pathToProject": "."});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.toolbox.post_json(&format!("/lsp/{verb}"), body).await
    }

    async fn completions(&self, file: &str) -> crate::harness::Answer {
        let place = json!({"line": 0, "character": 0});
        self.post("completions", json!({"uri": format!("file://{file}"), "position": place})).await
    }

    async fn run(&self) {
        let answer = self.post("start", json!({})).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }
}

#[tokio::test]
async fn the_server_sees_files_as_they_are_now() {
    let fake = Fake::start().await;
    fake.run().await;
    fake.run().await;
    let label = async || fake.completions("main.py").await.json()["items"][0].clone();
    let item = json!({"label": "one", "kind": 1, "documentation": {"kind": "plaintext", "value": "words"}});
    assert_eq!(label().await, item, "opened for one feature");
    assert_eq!(fake.post("did-open", json!({"uri": "file://main.py"})).await.status, 200);
    assert_eq!(label().await["label"], "one");
    std::fs::write(fake.toolbox.dir.join("main.py"), "two").expect("a file");
    assert_eq!(label().await["label"], "two", "the file changed");
    for _ in 0..2 {
        assert_eq!(fake.post("did-close", json!({"uri": "file://main.py"})).await.status, 200);
    }
    std::fs::write(fake.toolbox.dir.join("a b.py"), "three").expect("a file");
    assert_eq!(fake.completions("a b.py").await.json()["items"][0]["label"], "three");
    assert_eq!(fake.post("stop", json!({})).await.status, 200);
    let (told, starts): (Vec<_>, Vec<_>) =
        fake.seen().into_iter().partition(|line| !line.starts_with("start") && !line.starts_with("helper"));
    assert_eq!(starts.len(), 2, "a start of a running server does nothing: {starts:?}");
    assert_eq!(
        told,
        [
            "answer [null, null]",
            "open python main.py",
            "close",
            "open python main.py",
            "change 2",
            "close",
            "open python a%20b.py",
            "close",
            "shutdown",
            "exit"
        ]
    );
    let helper = fake.last("helper");
    eventually("the helper's end", async || !alive(&helper)).await;
}

#[tokio::test]
async fn a_server_that_breaks_down_is_noticed_and_started_again() {
    let fake = Fake::start().await;
    let cases = [
        ("crash", "exited with code 7; its last words: MemoryError: the heap is gone"),
        ("garbage", "no message of the language server protocol"),
        ("no json", "no message of the language server protocol"),
        ("huge", "more than 16 MiB"),
        ("closes", "closed its output"),
    ];
    for (mode, said) in cases {
        fake.behave("well");
        fake.run().await;
        fake.behave(mode);
        let message = fake.completions("main.py").await.error(500, "INTERNAL_SERVER_ERROR");
        assert!(
            message.contains("the python language server ended before it could") && message.contains(said),
            "{mode}: {message}"
        );
        let (server, helper) = (fake.last("start"), fake.last("helper"));
        eventually("the end of the server and its helper", async || !alive(&server) && !alive(&helper)).await;
        let message = fake.completions("main.py").await.error(400, "BAD_REQUEST");
        assert!(message.contains("server not initialized") && message.contains(said), "{mode}: {message}");
    }
    fake.behave("well");
    fake.run().await;
    assert_eq!(fake.completions("main.py").await.status, 200);
}

#[tokio::test]
async fn a_refusal_and_a_wrong_answer_leave_the_server_running() {
    let fake = Fake::start().await;
    fake.run().await;
    for (mode, said) in [("refuse", "I would rather not"), ("wrong form", "the protocol's form")] {
        fake.behave(mode);
        let message = fake.completions("main.py").await.error(500, "INTERNAL_SERVER_ERROR");
        assert!(message.contains(said), "{message}");
        fake.behave("well");
        assert_eq!(fake.completions("main.py").await.status, 200);
    }
    let starts = fake.seen().iter().filter(|line| line.starts_with("start")).count();
    assert_eq!(starts, 1);
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let fake = Fake::start().await;
    fake.behave("start crash");
    let message = fake.post("start", json!({})).await.error(500, "INTERNAL_SERVER_ERROR");
    assert!(message.contains("did not") || message.contains("ended before it could come up"), "{message}");
    assert!(message.contains("exited with code 3; its last words: cannot import name 'x'"), "{message}");
    fake.behave("well");
    fake.run().await;
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_and_holds_no_one_up() {
    let fake = Fake::start().await;
    fake.run().await;
    fake.behave("silent");
    {
        let gone = fake.completions("main.py");
        let told = eventually("the request arrives", async || {
            fake.seen().iter().any(|line| line.starts_with("open"))
        });
        tokio::select! {
            answer = gone => panic!("{answer:?}"),
            () = told => {}
        }
    }
    eventually("the server is told", async || {
        fake.seen().iter().any(|line| line.contains("$/cancelRequest"))
    })
    .await;
    // It will never answer, and is stopped all the same.
    assert_eq!(in_time(fake.post("stop", json!({}))).await.status, 200);
    let server = fake.last("start");
    assert!(!alive(&server));
}

#[tokio::test]
async fn the_end_of_the_toolbox_is_the_end_of_its_servers() {
    let fake = Fake::start().await;
    fake.run().await;
    let (server, helper) = (fake.last("start"), fake.last("helper"));
    assert!(alive(&server) && alive(&helper));
    drop(fake);
    eventually("the end of all", async || !alive(&server) && !alive(&helper)).await;
}

#[tokio::test]
async fn wrong_requests_are_refused_with_a_reason() {
    let fake = Fake::start().await;
    for verb in ["stop", "did-open", "did-close"] {
        let message = fake.post(verb, json!({"uri": "file://main.py"})).await.error(400, "BAD_REQUEST");
        assert!(message.contains("server not initialized"), "{verb}: {message}");
    }
    for language in ["go", "", "Python"] {
        let message = fake.post("start", json!({"languageId": language})).await.error(400, "BAD_REQUEST");
        assert!(message.contains("use python, typescript or javascript"), "{message}");
    }
    fake.post("start", json!({"pathToProject": ""})).await.error(400, "INVALID_FILE_PATH");
    fake.run().await;
    let message = fake.completions("missing.py").await.error(404, "FILE_NOT_FOUND");
    assert!(message.contains("missing.py"), "{message}");
    fake.completions("/").await.error(400, "INVALID_FILE_PATH");
    fake.completions("").await.error(400, "INVALID_FILE_PATH");
    let negative = json!({"uri": "file://main.py", "position": {"line": -1, "character": 0}});
    let message = fake.post("completions", negative).await.error(400, "INVALID_REQUEST_BODY");
    assert!(message.contains("position.line"), "{message}");
    let large = fake.toolbox.dir.join("large.py");
    std::fs::File::create(&large).and_then(|file| file.set_len(9 << 20)).expect("a file");
    let message = fake.completions("large.py").await.error(400, "INVALID_FILE_PATH");
    assert!(message.contains("longer than 8 MiB"), "{message}");
    fake.toolbox
        .get("/lsp/workspacesymbols?languageId=python&pathToProject=.")
        .await
        .error(400, "BAD_REQUEST");
    assert_eq!(fake.completions("main.py").await.status, 200, "and the server still works");
}

#[tokio::test]
async fn a_language_server_that_is_not_there_is_named() {
    let empty = tempfile::tempdir().expect("a folder");
    let path = empty.path().to_owned();
    let toolbox = Toolbox::start_with(|command| command.env("PATH", path)).await;
    for (language, program) in [("python", "pylsp"), ("typescript", "typescript-language-server")] {
        let body = json!({"languageId": language, "pathToProject": "."});
        let message = toolbox.post_json("/lsp/start", body).await.error(422, "INTERPRETER_MISSING");
        assert!(message.contains(program) && message.contains("daytona setup"), "{message}");
    }
}
