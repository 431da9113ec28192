//! Sessions: what is sent, and what each outcome means.

use crate::support::{Reply, Request, eventually, toolbox};
use daytona_core::{ErrorCode, SessionCommand, SessionExecuteRequest, Timeout};
use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
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
    // Time for the request to leave, even here and now.
    let short = Timeout::after(Duration::from_secs(1));
    let error =
        sandbox.process().execute_session_command("s", run("ls", false), short).await.expect_err("silence");
    assert_eq!(error.code(), ErrorCode::Timeout);
    assert!(error.message().contains("of 1 s") && error.message().contains("goes on"), "{error}");
    eventually("the request", || server.lines().len() > 1).await;
    assert_eq!(server.lines().len(), 2, "sent once");
}

#[tokio::test]
async fn what_may_have_happened_is_not_done_twice() {
    let (server, sandbox) = toolbox(|_: &Request| Reply::Reset(Vec::new())).await;
    let process = sandbox.process();
    let sent = || server.lines().len();
    process.create_session("s").await.expect_err("reset");
    process.send_session_command_input("s", "c", "x").await.expect_err("reset");
    process.execute_session_command("s", run("ls", true), Timeout::NONE).await.expect_err("reset");
    assert_eq!(sent(), 4);
    process.get_session("s").await.expect_err("reset");
    assert_eq!(sent(), 7, "reading is tried again");
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_has_succeeded() {
    let lost = AtomicBool::new(false);
    let (_server, sandbox) = toolbox(move |_: &Request| match lost.swap(true, Ordering::Relaxed) {
        false => Reply::Reset(Vec::new()),
        true => Reply::json(404, &json!({"message": "not found: session not found", "code": "NOT_FOUND"})),
    })
    .await;
    sandbox.process().delete_session("s").await.expect("deleted");
    let error = sandbox.process().delete_session("s").await.expect_err("there is none");
    assert_eq!(error.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn names_arrive_as_they_are_or_are_refused() {
    let (server, sandbox) = toolbox(|_: &Request| Reply::json(200, &json!({}))).await;
    let process = sandbox.process();
    for (name, segment) in [
        ("a/b", "a%2Fb"),
        ("a b", "a%20b"),
        ("%2e%2e", "%252e%252e"),
        ("tab\tline\n", "tab%09line%0A"),
        ("?#\\", "%3F%23%5C"),
        ("ünï", "%C3%BCn%C3%AF"),
        ("...", "..."),
    ] {
        process.get_session(name).await.expect("answered");
        let line = server.lines().pop().expect("a request");
        assert_eq!(line, format!("GET /toolbox/box/process/session/{segment}"));
    }
    let before = server.lines().len();
    for name in ["", ".", "..", "a\0b"] {
        for error in [
            process.create_session(name).await.expect_err("refused"),
            process.get_session(name).await.expect_err("refused"),
            process.delete_session(name).await.expect_err("refused"),
            process.get_session_command(name, "c").await.expect_err("refused"),
            process.get_session_command("s", name).await.expect_err("refused"),
            process.get_session_command_logs("s", name).await.expect_err("refused"),
            process.send_session_command_input("s", name, "x").await.expect_err("refused"),
            process
                .execute_session_command(name, run("ls", false), Timeout::NONE)
                .await
                .expect_err("refused"),
        ] {
            assert_eq!(error.code(), ErrorCode::Validation, "{error}");
            assert!(error.message().contains("id"), "{error}");
        }
    }
    for command in ["", " \n", "a\0b"] {
        let refused = process.execute_session_command("s", run(command, false), Timeout::NONE).await;
        assert_eq!(refused.expect_err("refused").code(), ErrorCode::Validation);
    }
    assert_eq!(server.lines().len(), before);
}

#[tokio::test]
async fn logs_are_read_in_whatever_form_they_come() {
    const MARKED: &str = "\u{1}\u{1}\u{1}o€\n\u{2}\u{2}\u{2}e\n\u{1}\u{1}\u{1}p\n";
    let octets = || vec![("content-type", "application/octet-stream".to_owned())];
    let text = || vec![("content-type", "text/plain; charset=utf-8".to_owned())];
    let split = json!({"output": MARKED, "stdout": "o€\np\n", "stderr": "e\n"});
    let forms: Vec<(Reply, [&str; 3])> = vec![
        (Reply::Answer(200, octets(), MARKED.into()), ["o€\ne\np\n", "o€\np\n", "e\n"]),
        (Reply::Answer(200, text(), MARKED.into()), ["o€\ne\np\n", "o€\np\n", "e\n"]),
        (Reply::json(200, &split), ["o€\ne\np\n", "o€\np\n", "e\n"]),
        (Reply::json(200, &json!({"output": MARKED})), ["o€\ne\np\n", "o€\np\n", "e\n"]),
        (Reply::json(200, &json!({"output": null})), ["", "", ""]),
        (Reply::Answer(200, text(), "o\n".into()), ["o\n", "o\n", ""]),
        (
            Reply::Answer(200, octets(), b"a\xffb\xe2\x82".to_vec()),
            ["a\u{fffd}b\u{fffd}", "a\u{fffd}b\u{fffd}", ""],
        ),
        (Reply::Answer(200, octets(), Vec::new()), ["", "", ""]),
    ];
    for (form, [output, stdout, stderr]) in forms {
        let form = Mutex::new(Some(form));
        let (server, sandbox) =
            toolbox(move |_: &Request| form.lock().expect("not poisoned").take().expect("one request")).await;
        let logs = sandbox.process().get_session_command_logs("s", "c").await.expect("read");
        assert_eq!([&*logs.output, &*logs.stdout, &*logs.stderr], [output, stdout, stderr]);
        let request = server.seen().pop().expect("a request");
        assert_eq!(request.line(), "GET /toolbox/box/process/session/s/command/c/logs?offset=0");
        assert_eq!(request.header("x-daytona-split-output"), Some("true"));
    }
}

#[tokio::test]
async fn refusals_keep_their_meaning() {
    for (status, body, code) in [
        (
            409,
            json!({"message": "conflict: session already exists", "code": "CONFLICT"}),
            ErrorCode::Conflict,
        ),
        (404, json!({"message": "not found: session not found", "code": "NOT_FOUND"}), ErrorCode::NotFound),
        (410, json!({"message": "gone: session process has exited", "code": "GONE"}), ErrorCode::NotFound),
        (400, json!({"message": "bad request: the session id is reserved"}), ErrorCode::Validation),
    ] {
        let message = body["message"].as_str().expect("a text").to_owned();
        let (_server, sandbox) = toolbox(move |_: &Request| Reply::json(status, &body)).await;
        let process = sandbox.process();
        let executed = process.execute_session_command("s", run("ls", false), Timeout::NONE).await;
        for error in [executed.expect_err("refused"), process.create_session("s").await.expect_err("refused")]
        {
            assert_eq!((error.code(), error.status()), (code, Some(status)));
            assert!(error.message().contains(&message), "{error}");
        }
    }
    let (_server, sandbox) = toolbox(|_: &Request| Reply::json(202, &json!({}))).await;
    let nameless = sandbox.process().execute_session_command("s", run("ls", true), Timeout::NONE).await;
    assert_eq!(nameless.expect_err("useless").code(), ErrorCode::Server);
}
