//! Language servers: what is sent, when a server is started, and what its end means.

use crate::support::{FaultServer, Reply, Request, toolbox};
use daytona_core::{ErrorCode, Position, Sandbox};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A toolbox whose language server must be started first; `running` says whether it is, and can be changed.
async fn with_server(
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (FaultServer, Sandbox, Arc<AtomicBool>) {
    let running = Arc::new(AtomicBool::new(false));
    let state = Arc::clone(&running);
    let (server, sandbox) = toolbox(move |request: &Request| {
        let verb = request.target.rsplit('/').next().unwrap_or_default();
        if verb == "start" {
            state.store(true, Ordering::Relaxed);
            return Reply::empty(200);
        }
        if !state.load(Ordering::Relaxed) {
            return Reply::json(
                400,
                &json!({"code": "BAD_REQUEST", "message": "bad request: server not initialized"}),
            );
        }
        if verb == "stop" {
            state.store(false, Ordering::Relaxed);
        }
        answer(request)
    })
    .await;
    (server, sandbox, running)
}

fn routes(server: &FaultServer) -> Vec<String> {
    let lines = server.lines().into_iter().filter(|line| line.contains("/lsp/"));
    lines
        .map(|line| {
            line.split(['?', ' '])
                .nth(1)
                .and_then(|path| path.rsplit('/').next())
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

#[tokio::test]
async fn requests_are_those_of_the_published_api() {
    let symbol = json!({"name": "run", "kind": 12, "containerName": "later", "location":
        {"uri": "file:///p/a%20b.py", "range": {"start": {"line": 1, "character": 2}, "end": {"line": 3, "character": 4}}}});
    let (server, sandbox, _) = with_server(move |request| match request.target.split('?').next() {
        Some("/toolbox/box/lsp/completions") => Reply::json(
            200,
            &json!({"isIncomplete": true, "items": [{"label": "print", "kind": 3, "sortText": "a", "documentation": {"kind": "markdown", "value": "d"}, "newer": 1}]}),
        ),
        Some("/toolbox/box/lsp/document-symbols" | "/toolbox/box/lsp/workspacesymbols") => {
            Reply::json(200, &json!([symbol]))
        }
        _ => Reply::empty(200),
    })
    .await;
    let lsp = sandbox.create_lsp_server("python", "/p").expect("a server");
    assert_eq!((lsp.language_id(), lsp.path_to_project()), ("python", "/p"));
    lsp.start().await.expect("started");
    lsp.did_open("/p/a b.py").await.expect("opened");
    let list = lsp.completions("/p/a b.py", Position { line: 10, character: 15 }).await.expect("completions");
    assert!(list.is_incomplete);
    assert_eq!((list.items[0].label.as_str(), list.items[0].kind), ("print", Some(3)));
    assert_eq!(list.items[0].documentation, Some(json!({"kind": "markdown", "value": "d"})));
    let symbols = lsp.document_symbols("/p/a b.py").await.expect("symbols");
    assert_eq!((symbols[0].name.as_str(), symbols[0].kind), ("run", 12));
    assert_eq!(symbols[0].location.range.map(|range| range.end), Some(Position { line: 3, character: 4 }));
    assert_eq!(lsp.sandbox_symbols("ru n&").await.expect("symbols"), symbols);
    lsp.did_close("/p/a b.py").await.expect("closed");
    lsp.stop().await.expect("stopped");

    let seen: Vec<Request> =
        server.seen().into_iter().filter(|request| request.target.contains("/lsp/")).collect();
    let named = json!({"languageId": "python", "pathToProject": "/p"});
    let with = |more: Value| {
        let mut all = named.clone();
        all.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        all
    };
    let uri = json!({"uri": "file:///p/a b.py"});
    let expected = [
        ("POST /toolbox/box/lsp/start", Some(named.clone())),
        ("POST /toolbox/box/lsp/did-open", Some(with(uri.clone()))),
        (
            "POST /toolbox/box/lsp/completions",
            Some(with(json!({"uri": "file:///p/a b.py", "position": {"line": 10, "character": 15}}))),
        ),
        (
            "GET /toolbox/box/lsp/document-symbols?languageId=python&pathToProject=%2Fp&uri=file%3A%2F%2F%2Fp%2Fa+b.py",
            None,
        ),
        ("GET /toolbox/box/lsp/workspacesymbols?languageId=python&pathToProject=%2Fp&query=ru+n%26", None),
        ("POST /toolbox/box/lsp/did-close", Some(with(uri))),
        ("POST /toolbox/box/lsp/stop", Some(named.clone())),
    ];
    assert_eq!(seen.len(), expected.len());
    for (request, (line, body)) in seen.iter().zip(expected) {
        assert_eq!(request.line(), line);
        assert_eq!((!request.body.is_empty()).then(|| request.json()), body, "{line}");
    }
}

#[tokio::test]
async fn a_feature_starts_a_server_that_does_not_run() {
    let (server, sandbox, running) = with_server(|_| Reply::json(200, &json!([]))).await;
    let lsp = sandbox.create_lsp_server("typescript", "/p").expect("a server");
    assert_eq!(routes(&server), [""; 0], "making the handle sends nothing");
    lsp.document_symbols("/p/a.ts").await.expect("symbols");
    assert_eq!(routes(&server), ["start", "document-symbols"]);
    // The sandbox was stopped and started again, or the server broke down.
    running.store(false, Ordering::Relaxed);
    lsp.sandbox_symbols("x").await.expect("symbols");
    assert_eq!(routes(&server)[2..], ["workspacesymbols", "start", "workspacesymbols"]);
    lsp.stop().await.expect("stopped");
    lsp.stop().await.expect("stopped already");
    lsp.did_close("/p/a.ts").await.expect("nothing is open");
    lsp.did_open("/p/a.ts").await.expect("opened");
    assert_eq!(routes(&server)[5..], ["stop", "stop", "did-close", "start", "did-open"]);
}

#[tokio::test]
async fn a_server_that_cannot_be_kept_running_is_not_started_without_end() {
    let (server, sandbox) = toolbox(|request: &Request| match request.target.ends_with("/start") {
        true => Reply::empty(200),
        false => Reply::json(400, &json!({"message": "server not initialized"})),
    })
    .await;
    let lsp = sandbox.create_lsp_server("python", "/p").expect("a server");
    for _ in 0..2 {
        let error = lsp.did_open("/p/a.py").await.expect_err("it ends at once");
        assert_eq!(error.code(), ErrorCode::Validation);
        assert!(
            error.message().contains("/p/a.py") && error.message().contains("server not initialized"),
            "{error}"
        );
    }
    assert_eq!(routes(&server), ["start", "did-open", "did-open", "start", "did-open"]);
}

#[tokio::test]
async fn failures_keep_their_kind() {
    let cases = [
        (
            404,
            json!({"code": "FILE_NOT_FOUND", "message": "cannot read /p/a.py: file not found"}),
            ErrorCode::NotFound,
        ),
        (
            422,
            json!({"code": "INTERPRETER_MISSING", "message": "there is no pylsp"}),
            ErrorCode::ProcessExecution,
        ),
        (
            408,
            json!({"code": "TIMEOUT", "message": "the language server did not answer"}),
            ErrorCode::Timeout,
        ),
        (
            500,
            json!({"code": "INTERNAL_SERVER_ERROR", "message": "the language server ended"}),
            ErrorCode::Server,
        ),
    ];
    for (status, body, code) in cases {
        let said = body["message"].as_str().expect("a text").to_owned();
        let (_server, sandbox, _) = with_server(move |_| Reply::json(status, &body)).await;
        let lsp = sandbox.create_lsp_server("python", "/p").expect("a server");
        let error = lsp.completions("/p/a.py", Position::default()).await.expect_err("refused");
        assert_eq!(error.code(), code, "{error}");
        assert!(
            error.message().starts_with("Failed to get completions in /p/a.py in sandbox box: "),
            "{error}"
        );
        assert!(error.message().contains(&said), "{error}");
    }
}

#[tokio::test]
async fn wrong_arguments_cost_no_request() {
    let (server, sandbox, _) = with_server(|_| Reply::empty(200)).await;
    let before = server.seen().len();
    for (language, project) in
        [("go", "/p"), ("", "/p"), ("Python", "/p"), ("python", ""), ("python", "/p\0")]
    {
        let error = sandbox.create_lsp_server(language, project).expect_err("refused");
        assert_eq!(error.code(), ErrorCode::Validation, "{error}");
    }
    let lsp = sandbox.create_lsp_server("javascript", "/p").expect("a server");
    for path in ["", "file://", "a\0b"] {
        assert_eq!(lsp.did_open(path).await.expect_err("refused").code(), ErrorCode::Validation);
        assert_eq!(lsp.document_symbols(path).await.expect_err("refused").code(), ErrorCode::Validation);
    }
    assert_eq!(server.seen().len(), before);
}
