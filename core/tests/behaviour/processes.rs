//! Commands and programs: what is sent, and what each outcome means.

use crate::support::{FaultServer, Reply, Request, toolbox};
use daytona_core::{CodeRunParams, ErrorCode, Timeout};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

#[tokio::test]
async fn a_command_is_sent_as_it_is() {
    let (server, sandbox) = toolbox(|_: &Request| {
        Reply::json(
            200,
            &json!({"exitCode": 3, "result": "out\nerr\n", "stdout": "out\n", "stderr": "err\n"}),
        )
    })
    .await;
    let env = BTreeMap::from([("A".to_owned(), "b c".to_owned())]);
    let response = sandbox
        .process()
        .exec("echo $A | cat", Some("/tmp"), Some(env), Timeout::after(Duration::from_millis(1500)))
        .await
        .expect("a non-zero exit is no error");
    assert_eq!(
        (response.exit_code, response.stdout.as_str(), response.stderr.as_str()),
        (3, "out\n", "err\n")
    );
    let request = server.seen().pop().expect("a request");
    assert_eq!(request.line(), "POST /toolbox/box/process/execute");
    assert_eq!(request.header("x-daytona-split-output"), Some("true"));
    assert_eq!(
        request.json(),
        json!({"command": "echo $A | cat", "cwd": "/tmp", "envs": {"A": "b c"}, "timeout": 2})
    );
}

#[tokio::test]
async fn code_runs_in_the_sandboxes_language() {
    let (server, sandbox) = toolbox(|_: &Request| {
        let charts = [json!({"type": "line", "title": "t"})];
        Reply::json(200, &json!({"exitCode": 0, "result": "7\n", "artifacts": {"charts": charts}}))
    })
    .await;
    let params = CodeRunParams { argv: Some(vec!["a b".into()]), env: None };
    let response = sandbox.process().code_run("print(7)", params, Timeout::NONE).await.expect("ran");
    assert_eq!((response.stdout.as_str(), response.charts.len()), ("7\n", 1));
    let request = server.seen().pop().expect("a request");
    assert_eq!(request.line(), "POST /toolbox/box/process/code-run");
    assert_eq!(request.json(), json!({"code": "print(7)", "language": "python", "argv": ["a b"]}));
}

#[tokio::test]
async fn a_process_that_could_not_finish_is_an_error_of_its_own() {
    let cases = [
        (
            408,
            json!({"message": "request timeout: command execution timeout", "code": "PROCESS_EXECUTION_TIMEOUT"}),
        ),
        (408, json!({"message": "request timeout: command execution timeout"})),
        (413, json!({"message": "too much output", "code": "OUTPUT_TOO_LARGE"})),
        (422, json!({"message": "node is not installed", "code": "INTERPRETER_MISSING"})),
    ];
    for (status, body) in cases {
        let message = body["message"].as_str().expect("a text").to_owned();
        let (_server, sandbox) = toolbox(move |_: &Request| Reply::json(status, &body)).await;
        let error = sandbox.process().exec("sleep 9", None, None, Timeout::NONE).await.expect_err("killed");
        assert_eq!((error.code(), error.exit_code()), (ErrorCode::ProcessExecution, Some(-1)));
        assert!(error.message().contains(&message), "{error}");
    }
}

#[tokio::test]
async fn a_toolbox_that_does_not_keep_the_timeout_is_not_waited_for() {
    let (_server, sandbox) = toolbox(|_: &Request| Reply::Silence).await;
    let short = Timeout::after(Duration::from_millis(10));
    let error = sandbox.process().exec("sleep 9", None, None, short).await.expect_err("silence");
    // The same as from a toolbox that keeps it: a caller cannot know which of the two was first.
    assert_eq!((error.code(), error.exit_code()), (ErrorCode::ProcessExecution, Some(-1)));
    assert!(error.message().contains("timeout of 0.01 s"), "{error}");
}

#[tokio::test]
async fn a_server_killed_in_the_middle_is_a_connection_error() {
    let (_server, sandbox) = toolbox(|_: &Request| Reply::Reset(Vec::new())).await;
    let error = sandbox.process().exec("true", None, None, Timeout::NONE).await.expect_err("reset");
    assert_eq!(error.code(), ErrorCode::Connection);
}

#[tokio::test]
async fn nothing_is_sent_to_a_toolbox_that_lies_elsewhere_unencrypted() {
    // An https API must not make its clients send the key over http; here the API is http, so this only
    // checks that a proxy that is no URL is refused.
    for proxy in ["not a url", "ftp://example.com/toolbox"] {
        let server = FaultServer::start(move |_, _| {
            Reply::json(200, &json!({"id": "box", "state": "started", "toolboxProxyUrl": proxy}))
        })
        .await;
        let sandbox = crate::support::client(&server).get("box").await.expect("found");
        let error = sandbox.process().exec("true", None, None, Timeout::NONE).await.expect_err("refused");
        assert_eq!(error.code(), ErrorCode::Server);
        assert_eq!(server.seen().len(), 1);
    }
}
