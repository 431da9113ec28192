//! Starting, stopping and removing on a server that loses answers, refuses what it was told twice, or is overloaded.

use crate::support::{FaultServer, Reply, Request, client};
use daytona_core::{CreateParams, Error, ErrorCode, Result, Sandbox, Timeout};
use serde_json::json;
use std::time::Duration;

const BUSY: &str = "Sandbox state change in progress";
const MINUTE: Timeout = Timeout::after(Duration::from_secs(60));

fn state(name: &str) -> Reply {
    Reply::json(200, &json!({"id": "box", "state": name}))
}

fn refused(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"message": message}))
}

async fn change(sandbox: &Sandbox, verb: &str) -> Result<()> {
    match verb {
        "start" => sandbox.start(MINUTE).await,
        "stop" => sandbox.stop(MINUTE).await,
        _ => sandbox.delete(MINUTE).await,
    }
}

/// What comes of `verb` when its first answer is `first`, the second one this refusal, and the sandbox then shows
/// these states, the last of them for good; and how often the change was asked for.
async fn after(
    verb: &str,
    first: fn() -> Reply,
    refusal: (u16, &'static str),
    states: &'static [&'static str],
) -> (Result<()>, usize) {
    let asked = |request: &Request| request.method != "GET";
    let server = FaultServer::start(move |request, before| match before {
        0 => state("unknown"),
        1 => first(),
        2 if asked(request) => refused(refusal.0, refusal.1),
        _ => match states[(before - 3).min(states.len() - 1)] {
            "gone" => refused(404, "not found"),
            name => state(name),
        },
    })
    .await;
    let sandbox = client(&server).get("box").await.expect("found");
    let outcome = change(&sandbox, verb).await;
    (outcome, server.seen().iter().filter(|request| asked(request)).count())
}

fn lost() -> Reply {
    Reply::Reset(Vec::new())
}

#[tokio::test]
async fn what_somebody_else_is_removing_is_waited_for() {
    let server = FaultServer::start(|request, before| match before {
        0 | 2 => state("destroying"),
        _ if request.method == "DELETE" => refused(404, "not found"),
        _ => refused(404, "gone by now"),
    })
    .await;
    let sandbox = client(&server).get("box").await.expect("found");
    sandbox.delete(MINUTE).await.expect("it goes");
    assert_eq!(server.lines().len(), 4, "{:?}", server.lines());
    // What was known as anything else, and is not there, is an error still.
    let server = FaultServer::start(|_, before| match before {
        0 => state("stopped"),
        _ => refused(404, "not found"),
    })
    .await;
    let sandbox = client(&server).get("box").await.expect("found");
    assert_eq!(sandbox.delete(MINUTE).await.expect_err("absent").code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_change_that_had_begun_when_it_was_asked_for_again_is_waited_for() {
    for (verb, refusal, states) in [
        ("delete", (409, BUSY), &["destroying", "destroying", "gone"][..]),
        ("delete", (409, BUSY), &["error", "destroyed"]),
        ("delete", (404, "not found"), &["gone"]),
        ("stop", (409, BUSY), &["stopping", "stopped"]),
        ("stop", (400, "Sandbox is not in a stoppable state"), &["stopping", "stopped"]),
        ("stop", (400, "Sandbox is not in a stoppable state"), &["stopped"]),
        // An ephemeral one.
        ("stop", (404, "not found"), &["gone"]),
        ("start", (409, BUSY), &["starting", "started"]),
        ("start", (400, "Sandbox is not in valid state"), &["starting", "started"]),
    ] {
        let (outcome, asked) = after(verb, lost, refusal, states).await;
        outcome.unwrap_or_else(|error| panic!("{verb}, {refusal:?}, {states:?}: {error}"));
        assert_eq!(asked, 2, "{verb}, {refusal:?}");
    }
}

#[tokio::test]
async fn a_refusal_stands_when_nothing_was_begun() {
    // The state shows that what is in progress, or was, is something else.
    for (verb, states) in [
        ("delete", &["stopping", "stopped"][..]),
        ("stop", &["starting", "started"]),
        ("start", &["stopping", "stopped"]),
    ] {
        let (outcome, _) = after(verb, lost, (409, BUSY), states).await;
        let error = outcome.expect_err(verb);
        assert_eq!((error.code(), error.status()), (ErrorCode::Conflict, Some(409)), "{verb}: {error}");
    }
    // Another reason is another reason.
    let (outcome, _) = after("delete", lost, (400, "the sandbox has live fork children"), &["started"]).await;
    assert_eq!(outcome.expect_err("refused").code(), ErrorCode::Validation);
    // The first sending was turned away, so it began nothing.
    let limited = || Reply::empty(429).with("retry-after", "0");
    for (verb, refusal, code) in [
        ("delete", (404, "not found"), ErrorCode::NotFound),
        ("delete", (409, BUSY), ErrorCode::Conflict),
        ("stop", (400, "Sandbox is not in a stoppable state"), ErrorCode::Validation),
        ("start", (409, BUSY), ErrorCode::Conflict),
    ] {
        let (outcome, asked) = after(verb, limited, refusal, &["started"]).await;
        assert_eq!((outcome.expect_err(verb).code(), asked), (code, 2), "{verb}");
    }
    // And one that was sent once is answered once.
    let (outcome, asked) = after("stop", || refused(409, BUSY), (500, "unused"), &["stopped"]).await;
    assert_eq!((outcome.expect_err("refused").code(), asked), (ErrorCode::Conflict, 1));
}

#[tokio::test]
async fn a_sandbox_in_the_error_state_can_be_deleted() {
    for failed in ["error", "build_failed"] {
        let server = FaultServer::start(move |_, before| match before {
            0..4 => state(failed),
            _ => refused(404, "not found"),
        })
        .await;
        let sandbox = client(&server).get("box").await.expect("found");
        sandbox.delete(MINUTE).await.expect("deleted");
        assert_eq!(server.lines()[1..3], ["DELETE /api/sandbox/box", "GET /api/sandbox/box"]);
    }
}

#[tokio::test]
async fn an_abandoned_sandbox_is_removed_from_an_overloaded_server_too() {
    // More than one request makes up for by itself.
    const FAILURES: usize = 5;
    let removed = |status: u16, retry_after: Option<&'static str>| async move {
        let server = FaultServer::start(move |request: &Request, before| match request.method.as_str() {
            "DELETE" if before <= FAILURES => match retry_after {
                Some(seconds) => Reply::empty(status).with("retry-after", seconds),
                None => Reply::empty(status),
            },
            _ => state("started"),
        })
        .await;
        let client = client(&server);
        let made = client.create(CreateParams::default(), Timeout::NONE).await.expect("started");
        client.abandon(made);
        client.settle(Duration::from_secs(60)).await;
        assert_eq!(server.lines()[1..], vec!["DELETE /api/sandbox/box"; FAILURES + 1], "{status}");
    };
    tokio::join!(
        removed(429, Some("0")),
        removed(429, Some("1")),
        removed(408, None),
        removed(409, None),
        removed(500, None),
        removed(503, None),
        removed(504, None),
    );
}

#[tokio::test]
async fn a_server_that_will_not_remove_a_sandbox_is_not_asked_for_ever() {
    for (status, retry_after) in [(403, "0"), (404, "0"), (429, "3600")] {
        let server = FaultServer::start(move |request: &Request, _| match request.method.as_str() {
            "DELETE" => Reply::empty(status).with("retry-after", retry_after),
            _ => state("started"),
        })
        .await;
        let client = client(&server);
        let made = client.create(CreateParams::default(), Timeout::NONE).await.expect("started");
        client.abandon(made);
        client.settle(Duration::from_secs(60)).await;
        assert_eq!(server.lines(), ["POST /api/sandbox", "DELETE /api/sandbox/box"], "{status}");
    }
}

#[tokio::test]
async fn an_error_says_when_a_sandbox_may_have_been_made_all_the_same() {
    async fn error(reply: fn() -> Reply) -> Error {
        let server = FaultServer::start(move |_, _| reply()).await;
        client(&server).create(CreateParams::default(), Timeout::NONE).await.expect_err("no sandbox")
    }
    let says = "The sandbox may have been made all the same";
    for doubtful in [
        lost,
        || Reply::empty(502),
        || Reply::empty(504),
        || Reply::empty(408),
        || Reply::Answer(200, Vec::new(), b"{\"id\": \"bo".to_vec()),
        || Reply::json(200, &json!({})),
    ] {
        let error = error(doubtful).await;
        assert!(error.message().contains(says), "{error}");
    }
    for certain in [
        || Reply::empty(503),
        || Reply::empty(429),
        || Reply::empty(400),
        || Reply::empty(401),
        || Reply::empty(500),
    ] {
        let error = error(certain).await;
        assert!(!error.message().contains(says), "{error}");
    }
}
