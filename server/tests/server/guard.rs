//! Web pages are kept out: Host and Origin.

use crate::support::Server;
use axum::body::Body;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends bytes as they are; the status line of the answer.
pub(crate) async fn raw(address: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may answer and close before it has read everything.
    drop(stream.write_all(request).await);
    let mut answer = Vec::new();
    let read = tokio::time::timeout(crate::support::DEADLINE, stream.read_to_end(&mut answer)).await;
    drop(read.expect("the server closes the connection"));
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_our_own_names_are_answered() {
    let (server, _engine) = Server::fake().await;
    let address = server.address();
    let port = address.rsplit(':').next().unwrap();
    let ask = async |head: String| raw(&address, format!("{head}connection: close\r\n\r\n").as_bytes()).await;
    for good in [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")] {
        assert_eq!(
            ask(format!("GET /health HTTP/1.1\r\nhost: {good}\r\n")).await,
            "HTTP/1.1 200 OK",
            "{good}"
        );
    }
    for bad in ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:1", ""] {
        let line = ask(format!("GET /health HTTP/1.1\r\nhost: {bad}\r\n")).await;
        assert!(line.contains(" 403") || line.contains(" 400"), "{bad}: {line}");
    }
    let two = format!("GET /health HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nhost: evil.example\r\n");
    assert_eq!(ask(two).await, "HTTP/1.1 403 Forbidden");
    let none = ask("GET /health HTTP/1.1\r\n".to_owned()).await;
    assert!(none.contains(" 403"), "{none}");
    let absolute = format!("GET http://evil.example/health HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n");
    assert_eq!(ask(absolute).await, "HTTP/1.1 403 Forbidden");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_of_foreign_pages_are_refused_even_with_a_key() {
    let (server, engine) = Server::fake().await;
    for origin in ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"] {
        let request = server.request("POST", "/api/sandbox").header("origin", origin);
        server.send(request.body(Body::from("{}")).unwrap()).await.fails(403, "another origin");
    }
    assert_eq!(engine.count(), 0);
    let request = server.request("GET", "/api/sandbox").header("origin", &server.base);
    server.send(request.body(Body::empty()).unwrap()).await.ok();
    let id = server.create(json!({})).await;
    let request = server
        .request("GET", &format!("/toolbox/{id}/socket"))
        .header("origin", "http://evil.example")
        .header("connection", "upgrade")
        .header("upgrade", "websocket");
    server.send(request.body(Body::empty()).unwrap()).await.fails(403, "another origin");
}
