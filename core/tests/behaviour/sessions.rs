//! Sessions: what is sent, and what each outcome means.

use crate::support::{Reply, Request, toolbox};
use daytona_core::{ErrorCode, SessionCommand, SessionExecuteRequest, Timeout};
use serde_json::json;
use std::time::Duration;

fn run(command: &str, run_async: bool) -> SessionExecuteRequest {
    SessionExecuteRequest { command: command.to_owned(), run_async }
}

#[tokio::test]
async fn every_verb_asks_for_what_it_is_named_after() {
    let command = json!({"id": "c", "command": "ls", "exitCode": 3});
    let (server, sandbox) = toolbox(move |request: &Request| match request.line().as_str() {
        "POST /toolbox/box/process/session" => Reply::empty(201),
        "GET /toolbox/box/process/session" => {
            Reply::json(200, &json!([{"sessionId": "s", "commands": null}, {"sessionId": "a", "new": 1}]))
        }
        "GET /toolbox/box/process/session/s" => {
            Reply::json(200, &json!({"sessionId": "s", "commands": [command]}))
        }
        "GET /toolbox/box/process/session/s/command/c" => Reply::json(200, &command),
        "DELETE /toolbox/box/process/session/s" | "POST /toolbox/box/process/session/s/command/c/input" => {
            Reply::empty(204)
        }
        line => panic!("unexpected {line}"),
    })
    .await;
    let process = sandbox.process();
    process.create_session("s").await.expect("created");
    assert_eq!(server.seen().pop().expect("a request").json(), json!({"sessionId": "s"}));
    let sessions = process.list_sessions().await.expect("listed");
    assert_eq!(sessions.iter().map(|session| session.session_id.as_str()).collect::<Vec<_>>(), ["a", "s"]);
    let expected = SessionCommand { id: "c".into(), command: "ls".into(), exit_code: Some(3) };
    assert_eq!(process.get_session("s").await.expect("there").commands, std::slice::from_ref(&expected));
    assert_eq!(process.get_session_command("s", "c").await.expect("there"), expected);
    process.send_session_command_input("s", "c", "yes").await.expect("sent");
    assert_eq!(server.seen().pop().expect("a request").json(), json!({"data": "yes"}));
    process.delete_session("s").await.expect("deleted");
}

#[tokio::test]
async fn a_command_comes_back_with_its_output_apart() {
    let (server, sandbox) = toolbox(|request: &Request| match request.json()["runAsync"].as_bool() {
        Some(true) => Reply::json(202, &json!({"cmdId": "c"})),
        _ => Reply::json(
            200,
            &json!({"cmdId": "c", "exitCode": 0, "output": "\u{1}\u{1}\u{1}o\n\u{2}\u{2}\u{2}e\n"}),
        ),
    })
    .await;
    let process = sandbox.process();
    let waited = process.execute_session_command("s", run("ls", false), Timeout::NONE).await.expect("ran");
    assert_eq!(
        (waited.output.as_deref(), waited.stdout.as_deref(), waited.stderr.as_deref(), waited.exit_code),
        (Some("o\ne\n"), Some("o\n"), Some("e\n"), Some(0))
    );
    let request = server.seen().pop().expect("a request");
    assert_eq!(request.line(), "POST /toolbox/box/process/session/s/exec");
    assert_eq!(request.header("x-daytona-split-output"), Some("true"));
    assert_eq!(request.json(), json!({"command": "ls", "runAsync": false}));
    let started =
        process.execute_session_command("s", run("ls", true), Timeout::NONE).await.expect("started");
    assert_eq!((started.cmd_id.as_str(), started.output, started.exit_code), ("c", None, None));
}

#[tokio::test]
async fn a_command_that_is_waited_for_too_long_is_said_to_go_on() {
    let (server, sandbox) = toolbox(|_: &Request| Reply::Silence).await;
    let short = Timeout::after(Duration::from_millis(10));
    let error =
        sandbox.process().execute_session_command("s", run("ls", false), short).await.expect_err("silence");
    assert_eq!(error.code(), ErrorCode::Timeout);
    assert!(error.message().contains("0.01 s") && error.message().contains("goes on"), "{error}");
    assert_eq!(server.lines().len(), 2, "sent once");
}
