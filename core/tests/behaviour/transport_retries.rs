//! What is sent again, what is not, and where credentials do not go.

use crate::support::{FaultServer, Reply, Request, client, toolbox};
use daytona_core::{CreateParams, ErrorCode, Timeout};
use serde_json::json;
use std::time::{Duration, Instant};

fn found() -> Reply {
    Reply::json(200, &json!({"id": "box", "state": "started"}))
}

#[tokio::test]
async fn an_idempotent_call_survives_a_passing_failure() {
    for status in [429, 502, 503, 504] {
        let server = FaultServer::start(move |_, before| match before {
            0 => Reply::empty(status),
            _ => found(),
        })
        .await;
        assert_eq!(client(&server).get("box").await.expect("the second try").id(), "box");
        let seen = server.seen();
        assert_eq!(seen.len(), 2, "{status}");
        assert_eq!(seen[0].header("x-request-id"), seen[1].header("x-request-id"));
    }
    let server =
        FaultServer::start(|_, before| if before == 0 { Reply::Reset(Vec::new()) } else { found() }).await;
    client(&server).get("box").await.expect("the second try");
}

#[tokio::test]
async fn three_attempts_are_enough() {
    let server = FaultServer::start(|_, _| Reply::empty(503)).await;
    let error = client(&server).get("box").await.expect_err("always 503");
    assert_eq!(error.status(), Some(503));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn the_pause_the_server_asks_for_is_kept() {
    let server = FaultServer::start(|_, before| match before {
        0 => Reply::empty(429).with("retry-after", "1"),
        _ => found(),
    })
    .await;
    let start = Instant::now();
    client(&server).get("box").await.expect("the second try");
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_pause_nobody_wants_to_wait_is_the_callers_to_see() {
    let server = FaultServer::start(|_, _| Reply::empty(429).with("retry-after", "3600")).await;
    let error = client(&server).get("box").await.expect_err("429");
    assert_eq!(error.code(), ErrorCode::RateLimit);
    assert_eq!(error.retry_after(), Some(3600.0));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_command_is_never_run_twice() {
    for reply in [|| Reply::empty(503), || Reply::empty(429), || Reply::Reset(Vec::new())] {
        let server = FaultServer::start(move |request: &Request, _| match request.method.as_str() {
            "POST" => reply(),
            _ => Reply::json(200, &json!({"id": "box", "toolboxProxyUrl": format!("http://{}/t", request.header("host").expect("host"))})),
        })
        .await;
        let sandbox = client(&server).get("box").await.expect("found");
        sandbox.process().exec("true", None, None, Timeout::NONE).await.expect_err("no answer");
        let posts = server.lines().iter().filter(|line| line.starts_with("POST")).count();
        assert_eq!(posts, 1);
    }
}

#[tokio::test]
async fn a_create_is_not_repeated_where_nothing_makes_that_safe() {
    let server = FaultServer::start(|_, _| Reply::empty(503)).await;
    client(&server).create(CreateParams::default(), Timeout::NONE).await.expect_err("503");
    assert_eq!(server.lines(), ["POST /api/sandbox"]);
    assert!(server.seen()[0].header("idempotency-key").is_some_and(|key| key.len() == 36));
}

#[tokio::test]
async fn a_deadline_ends_the_retries() {
    let server = FaultServer::start(|_, before| match before {
        0 => Reply::json(200, &json!({"id": "box", "state": "stopped"})),
        _ => Reply::empty(503).with("retry-after", "20"),
    })
    .await;
    let sandbox = client(&server).get("box").await.expect("found");
    let error = sandbox.start(Timeout::after(Duration::from_secs(10))).await.expect_err("503");
    assert_eq!(error.status(), Some(503), "a telling error, not a timeout: {error}");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn credentials_do_not_follow_a_redirect_to_another_origin() {
    for status in [301, 302, 303, 307, 308] {
        let thief = FaultServer::start(|_, _| found()).await;
        let target = format!("http://{}/elsewhere", thief.address());
        let server =
            FaultServer::start(move |_, _| Reply::empty(status).with("location", target.clone())).await;
        client(&server).get("box").await.expect("reading may follow");
        let request = thief.seen().remove(0);
        assert_eq!(request.header("authorization"), None, "{status}");
        assert_eq!(request.header("x-daytona-organization-id"), None);
    }
}

#[tokio::test]
async fn an_error_from_behind_a_redirect_names_the_redirect_and_not_the_key() {
    for status in [401, 403] {
        let thief = FaultServer::start(move |_, _| Reply::json(status, &json!({"message": "Invalid"}))).await;
        let target = format!("http://{}", thief.address());
        let location = format!("{target}/elsewhere");
        let server =
            FaultServer::start(move |_, _| Reply::empty(302).with("location", location.clone())).await;
        let error = client(&server).get("box").await.expect_err("nobody there knows the caller");
        assert_eq!(error.status(), Some(status));
        for said in [&format!("redirected to {target},"), "credential is not sent", "correct api_url (from "]
        {
            assert!(error.message().contains(said), "{error}");
        }
        assert!(!error.message().contains("api_key"), "{error}");
    }
}

#[tokio::test]
async fn a_body_does_not_follow_a_redirect_to_another_origin() {
    for status in [301, 302, 303, 307, 308] {
        let thief = FaultServer::start(|_, _| found()).await;
        let target = format!("http://{}/elsewhere", thief.address());
        let server =
            FaultServer::start(move |_, _| Reply::empty(status).with("location", target.clone())).await;
        let error =
            client(&server).create(CreateParams::default(), Timeout::NONE).await.expect_err("refused");
        assert!(error.message().contains("set api_url") && error.message().contains("redirects"), "{error}");
        assert!(thief.seen().is_empty());
    }
}

#[tokio::test]
async fn the_same_origin_keeps_the_credential_and_a_detour_loses_it() {
    let home = FaultServer::start(|_, before| match before {
        0 => Reply::empty(302).with("location", "/again"),
        _ => found(),
    })
    .await;
    client(&home).get("box").await.expect("followed");
    assert_eq!(home.lines(), ["GET /api/sandbox/box", "GET /again"]);
    assert!(home.seen()[1].header("authorization").is_some());

    let back = home.address();
    let away =
        FaultServer::start(move |_, _| Reply::empty(302).with("location", format!("http://{back}/home")))
            .await;
    let there = away.address();
    let start =
        FaultServer::start(move |_, _| Reply::empty(302).with("location", format!("http://{there}/away")))
            .await;
    client(&start).get("box").await.expect("followed");
    assert_eq!(home.seen().last().expect("a request").header("authorization"), None);
}

#[tokio::test]
async fn a_toolbox_cannot_send_a_request_to_another_sandbox() {
    for status in [301, 302, 303, 307, 308] {
        let (server, sandbox) = toolbox(move |request: &Request| {
            if request.target.starts_with("/toolbox/victim/") {
                return Reply::json(200, &json!({"exitCode": 0, "result": "", "dir": "/root"}));
            }
            Reply::empty(status).with("location", request.target.replace("/toolbox/box/", "/toolbox/victim/"))
        })
        .await;
        let run = sandbox.process().exec("true", None, None, Timeout::NONE).await.expect_err("refused");
        let read = sandbox.user_root_dir().await.expect_err("reading neither");
        for error in [run, read] {
            assert_eq!((error.code(), error.status()), (ErrorCode::Server, Some(status)));
            assert!(error.message().contains("the toolbox of sandbox box tried to redirect"), "{error}");
        }
        let lines = server.lines();
        assert_eq!(lines.len(), 3, "each was sent once: {lines:?}");
        assert!(!lines.iter().any(|line| line.contains("victim")), "{status}: {lines:?}");
    }
}

#[tokio::test]
async fn circles_end() {
    let server = FaultServer::start(|_, _| Reply::empty(302).with("location", "/api/sandbox/box")).await;
    let error = client(&server).get("box").await.expect_err("a circle");
    assert!(error.message().contains("keeps redirecting"), "{error}");
    assert!(server.seen().len() < 10);
}

#[tokio::test]
async fn a_redirect_without_a_place_is_an_error() {
    for location in ["", "ftp://example.com/", "http://"] {
        let server = FaultServer::start(move |_, _| Reply::empty(302).with("location", location)).await;
        client(&server).get("box").await.expect_err("nowhere to go");
    }
}
