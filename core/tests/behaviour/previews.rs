//! Preview links: what is asked for, what is refused before anything is sent, what never shows.

use crate::support::{FaultServer, Reply, client, toolbox};
use daytona_core::ErrorCode;
use serde_json::json;

#[tokio::test]
async fn a_link_has_the_url_and_the_token_the_server_gave() {
    let (server, sandbox) = toolbox(|request| match request.target.as_str() {
        "/api/sandbox/box/ports/3000/preview-url" => {
            Reply::json(200, &json!({"sandboxId": "box", "url": "http://p.example", "token": "s3cret"}))
        }
        // Another server's answer: more keys, a null.
        "/api/sandbox/box/ports/9999/preview-url" => {
            Reply::json(200, &json!({"url": "http://q.example", "token": null, "legacyProxyUrl": 1}))
        }
        _ => Reply::json(200, &json!({"sandboxId": "box"})),
    })
    .await;
    let link = sandbox.get_preview_link(3000).await.expect("a link");
    assert_eq!((link.url.as_str(), link.token.as_str()), ("http://p.example", "s3cret"));
    assert!(!format!("{link:?}").contains("s3cret"), "{link:?}");
    assert_eq!(server.lines().last().expect("asked"), "GET /api/sandbox/box/ports/3000/preview-url");
    let link = sandbox.get_preview_link(9999).await.expect("a link");
    assert_eq!((link.url.as_str(), link.token.as_str()), ("http://q.example", ""));
    let error = sandbox.get_preview_link(4000).await.expect_err("no URL");
    assert_eq!(error.code(), ErrorCode::Server);
}

#[tokio::test]
async fn a_port_that_cannot_be_previewed_is_refused_without_a_request() {
    let (server, sandbox) = toolbox(|_| Reply::empty(500)).await;
    let before = server.lines().len();
    for port in [0, 22, 2999, 10_000, 22_222, 65_535] {
        let error = sandbox.get_preview_link(port).await.expect_err("refused");
        assert_eq!(error.code(), ErrorCode::Validation, "{port}");
        let message = error.message();
        assert!(message.contains(&port.to_string()) && message.contains("3000 to 9999"), "{message}");
    }
    assert_eq!(server.lines().len(), before);
}

#[tokio::test]
async fn what_the_server_says_of_the_sandbox_reaches_the_caller() {
    let server = FaultServer::start(|request, _| match request.target.as_str() {
        "/api/sandbox/box" => Reply::json(200, &json!({"id": "box", "state": "started"})),
        _ => Reply::json(404, &json!({"message": "Sandbox with ID or name box not found"})),
    })
    .await;
    let sandbox = client(&server).get("box").await.expect("found");
    let error = sandbox.get_preview_link(3000).await.expect_err("gone");
    assert_eq!(error.code(), ErrorCode::NotFound);
    assert!(error.message().contains("port 3000 of sandbox box"), "{error}");
}

#[tokio::test]
async fn a_sandbox_is_made_public_and_private_again() {
    let (server, sandbox) = toolbox(|_| Reply::json(200, &json!({"id": "box"}))).await;
    sandbox.set_public(true).await.expect("public");
    assert!(sandbox.data().public);
    sandbox.set_public(false).await.expect("private");
    assert!(!sandbox.data().public);
    let lines = server.lines();
    assert_eq!(
        lines[lines.len() - 2..],
        ["POST /api/sandbox/box/public/true", "POST /api/sandbox/box/public/false"]
    );
}
