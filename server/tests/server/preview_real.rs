//! Previews of a real application in a real sandbox.

use crate::preview::Link;
use crate::support::{DEADLINE, Server, until};
use axum::body::Body;
use futures::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// A sandbox in which the application runs.
async fn application() -> (Server, String) {
    let server = Server::real().await;
    let id = server.create(json!({})).await;
    run(&server, &id).await;
    (server, id)
}

async fn run(server: &Server, id: &str) {
    let toolbox = format!("/toolbox/{id}/process/session");
    let code = include_str!("preview_app.py");
    let started = server.post(&toolbox, json!({"sessionId": "app"})).await;
    assert!(started.status.is_success(), "{started:?}");
    let command = format!("cat > ~/app.py <<'END-OF-CODE'\n{code}\nEND-OF-CODE\nexec python3 ~/app.py");
    let body = json!({"command": command, "runAsync": true});
    let started = server.post(&format!("{toolbox}/app/exec"), body).await;
    assert!(started.status.is_success(), "{started:?}");
    let link = Link::of(server, id, 3002).await;
    until("the application listens", async || link.get("/").await.status == 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_is_previewed_whichever_loopback_address_it_chose() {
    let (server, id) = application().await;
    for (port, family) in [(3000, "IPv4"), (3001, "IPv6"), (3002, "IPv4")] {
        let link = Link::of(&server, &id, port).await;
        let page = link.get("/").await;
        assert_eq!(String::from_utf8(page.bytes).unwrap(), format!("<h1>Hello from {family}</h1>"));
        assert_eq!(page.headers["content-type"], "text/html");
        assert_eq!(link.send(link.request("GET", "/")).await.status, 401);
    }
    Link::of(&server, &id, 3003).await.get("/").await.fails(502, "nothing listens on port 3003");
    let content: Vec<u8> = (0..4 << 20).map(|number: u32| (number % 251) as u8).collect();
    let link = Link::of(&server, &id, 3000).await;
    let request = link.allowed("POST", "/upload").body(Body::from(content.clone())).unwrap();
    let reply = String::from_utf8(link.visitor.send(request).await.bytes).unwrap();
    assert_eq!(reply, format!("{} {}", content.len(), hex::encode(Sha256::digest(&content))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_one_by_one() {
    let (server, id) = application().await;
    let link = Link::of(&server, &id, 3000).await;
    let request = link.allowed("GET", "/events").body(Body::empty()).unwrap();
    let response = link.visitor.http.request(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = response.into_body().into_data_stream();
    for number in 0..3 {
        // The next is not sent before the application is told to.
        let event = tokio::time::timeout(DEADLINE, events.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(event, format!("data: {number}\n\n"));
        assert_eq!(link.send(link.allowed("POST", "/go")).await.status, 200);
    }
    assert!(tokio::time::timeout(DEADLINE, events.next()).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_web_socket_echoes_until_it_is_closed() {
    let (server, id) = application().await;
    let link = Link::of(&server, &id, 3000).await;
    let url = format!("ws://{}/socket", link.authority());
    let refused =
        tokio_tungstenite::client_async(url.as_str(), TcpStream::connect(link.authority()).await.unwrap());
    assert!(refused.await.unwrap_err().to_string().contains("401"));
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("x-daytona-preview-token", link.token.parse().unwrap());
    let stream = TcpStream::connect(link.authority()).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    for words in ["hello", "", "ä€😀"] {
        socket.send(Message::text(words)).await.unwrap();
        let echo = tokio::time::timeout(DEADLINE, socket.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(echo.into_text().unwrap(), words);
    }
    socket.close(None).await.unwrap();
    let end = async { while socket.next().await.is_some() {} };
    tokio::time::timeout(DEADLINE, end).await.expect("it ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_that_dies_is_noticed_and_may_come_back() {
    let (server, id) = application().await;
    let link = Link::of(&server, &id, 3000).await;
    let request = link.allowed("GET", "/die").body(Body::empty()).unwrap();
    let broken = link.visitor.try_send(request).await;
    assert!(broken.is_err(), "{broken:?}");
    until("nothing listens", async || link.get("/").await.status == 502).await;
    server.delete(&format!("/toolbox/{id}/process/session/app")).await;
    run(&server, &id).await;
    assert_eq!(link.get("/").await.status, 200);

    // The sandbox is stopped while something streams: the stream ends.
    let request = link.allowed("GET", "/events").body(Body::empty()).unwrap();
    let mut response = link.visitor.http.request(request).await.unwrap();
    assert!(response.frame().await.unwrap().is_ok());
    server.post(&format!("/api/sandbox/{id}/stop"), json!({})).await.ok();
    let ended = async { while let Some(Ok(_)) = response.frame().await {} };
    tokio::time::timeout(DEADLINE, ended).await.expect("the stream ends");
    server.wait_for(&id, "stopped").await;
    link.get("/").await.fails(400, "is stopped");
    server.post(&format!("/api/sandbox/{id}/start"), json!({})).await.ok();
    run(&server, &id).await;
    assert_eq!(link.get("/").await.status, 200);
}
