//! Every way an answer can be bad becomes an error with a code and a reason, and nothing hangs.

use crate::support::{FaultServer, Reply, client, client_of};
use daytona_core::{Error, ErrorCode};
use serde_json::json;
use tokio::io::AsyncWriteExt;

/// The error of one `get` against a server that always replies so.
async fn get_error(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Error {
    let server = FaultServer::start(move |_, _| reply()).await;
    client(&server).get("box").await.expect_err("a bad answer")
}

#[tokio::test]
async fn the_servers_words_status_and_request_id_arrive() {
    let error = get_error(|| {
        Reply::json(404, &json!({"message": "Sandbox with ID or name box not found"}))
            .with("x-request-id", "r-1")
    })
    .await;
    assert_eq!(error.code(), ErrorCode::NotFound);
    assert_eq!(error.status(), Some(404));
    assert_eq!(error.request_id(), Some("r-1"));
    assert_eq!(error.message(), "Failed to get sandbox box: Sandbox with ID or name box not found");
}

#[tokio::test]
async fn a_wrong_key_is_named_by_its_origin_and_not_by_its_value() {
    let error = get_error(|| Reply::json(401, &json!({"message": "Invalid credentials"}))).await;
    assert_eq!(error.code(), ErrorCode::Authentication);
    assert!(error.message().contains("api_key (from the configuration passed in code)"), "{error}");
    assert!(!format!("{error:?}").contains(crate::support::KEY));
}

#[tokio::test]
async fn empty_and_foreign_bodies_are_survived() {
    let error = get_error(|| Reply::empty(500)).await;
    assert_eq!((error.code(), error.status()), (ErrorCode::Server, Some(500)));
    assert!(error.message().contains("500 Internal Server Error without saying why"), "{error}");
    let page =
        || Reply::Answer(404, vec![("content-type", "text/html".into())], b"<html>nope</html>".to_vec());
    let error = get_error(page).await;
    assert!(error.message().contains("text/html") && error.message().contains("api_url"), "{error}");
    let page =
        || Reply::Answer(200, vec![("content-type", "text/html".into())], b"<html>hello</html>".to_vec());
    let error = get_error(page).await;
    assert_eq!(error.code(), ErrorCode::Server);
    assert!(error.message().contains("text/html") && error.message().contains("/api included"), "{error}");
}

#[tokio::test]
async fn an_error_body_without_end_is_not_read_to_its_end() {
    let error = get_error(|| Reply::Endless(400)).await;
    assert_eq!(error.code(), ErrorCode::Validation);
    assert!(error.message().len() < 10_000);
}

#[tokio::test]
async fn truncated_and_malformed_json_is_a_server_error() {
    for body in ["{\"id\": \"box\"", "{\"id\": 5}", "[]", ""] {
        let error = get_error(move || Reply::Answer(200, Vec::new(), body.into())).await;
        assert_eq!(error.code(), ErrorCode::Server, "{body}: {error}");
    }
}

#[tokio::test]
async fn a_body_cut_short_is_a_connection_error() {
    const CUT: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"id\":";
    for reply in [Reply::Bytes, Reply::Reset] {
        let error = get_error(move || reply(CUT.to_vec())).await;
        assert_eq!(error.code(), ErrorCode::Connection, "{error}");
        assert!(error.message().contains("in the middle of the answer"), "{error}");
    }
}

#[tokio::test]
async fn a_reset_before_the_answer_is_a_connection_error() {
    for reply in
        [|| Reply::Reset(Vec::new()), || Reply::Bytes(Vec::new()), || Reply::Reset(b"HTTP/1.1 2".to_vec())]
    {
        let error = get_error(reply).await;
        assert_eq!(error.code(), ErrorCode::Connection, "{error}");
        assert!(error.message().contains("broke before the answer came"), "{error}");
    }
}

#[tokio::test]
async fn something_that_is_not_http_is_told() {
    let error = get_error(|| Reply::Bytes(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())).await;
    assert_eq!(error.code(), ErrorCode::Connection, "{error}");
}

#[tokio::test]
async fn refused_unknown_and_untrusted_are_told_apart() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let free = listener.local_addr().expect("an address");
    drop(listener);
    let error = client_of(&format!("http://{free}/api")).get("box").await.expect_err("nobody listens");
    assert_eq!(error.code(), ErrorCode::Connection);
    assert!(error.message().contains("connection refused") && error.message().contains("api_url"), "{error}");

    let error = client_of("http://no-such-host.invalid/api").get("box").await.expect_err("no such host");
    assert_eq!(error.code(), ErrorCode::Connection);
    assert!(error.message().contains("no-such-host.invalid was not found"), "{error}");

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let error = client_of(&format!("https://{address}/api")).get("box").await.expect_err("no TLS there");
    assert_eq!(error.code(), ErrorCode::Connection);
    assert!(error.message().contains("no trusted TLS connection"), "{error}");
}

#[tokio::test]
async fn ids_that_would_reach_other_resources_are_refused() {
    let server = FaultServer::start(|_, _| Reply::json(404, &json!({"message": "no"}))).await;
    let client = client(&server);
    for id in ["", " ", ".", ".."] {
        let error = client.get(id).await.expect_err("not an id");
        assert_eq!(error.code(), ErrorCode::Validation, "{id:?}");
    }
    assert!(server.seen().is_empty());
    for id in ["../x", "a/b", "a?b#c", "%2e%2e", "name with spaces\n"] {
        client.get(id).await.expect_err("404");
    }
    for line in server.lines() {
        assert!(line.starts_with("GET /api/sandbox/") && line.matches('/').count() == 3, "{line}");
    }
}

#[tokio::test]
async fn every_request_says_who_asks() {
    let server = FaultServer::start(|_, _| Reply::json(404, &json!({}))).await;
    client(&server).get("box").await.expect_err("404");
    let request = server.seen().remove(0);
    assert_eq!(request.header("user-agent"), Some("daytona-sdk-python/0.14.0"));
    assert_eq!(request.header("x-daytona-source"), Some("sdk-python"));
    assert_eq!(request.header("x-daytona-sdk-version"), Some("0.14.0"));
    assert_eq!(request.header("authorization"), Some("Bearer dtn_test_key"));
    assert!(request.header("x-request-id").is_some_and(|id| id.len() == 36));
}
