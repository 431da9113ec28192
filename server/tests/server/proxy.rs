//! The toolbox proxy in front of a toolbox that misbehaves.

use crate::support::{Caller, DEADLINE, Server, until};
use axum::body::{Body, Bytes};
use futures::StreamExt;
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_and_queries_arrive_byte_for_byte() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    for path in
        ["/uri/a%2Fb%20c//d", "/uri/%2e%2e/%2e%2e/etc", "/uri/x?path=%2Ftmp%2F%C3%A4&a=1&a=2", "/uri/%ff%00"]
    {
        let reply = server.get(&format!("/toolbox/{id}{path}")).await;
        assert_eq!(String::from_utf8(reply.bytes).unwrap(), path);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_stay_behind() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let request = server
        .request("GET", &format!("/toolbox/{id}/headers?DAYTONA_SANDBOX_AUTH_KEY=t0ken&x=1"))
        .header("x-daytona-preview-token", "t0ken")
        .header("cookie", "daytona-sandbox-auth-x=t0ken")
        .header("proxy-authorization", "Basic t0ken")
        .header("connection", "close, x-mine")
        .header("x-mine", "1")
        .header("te", "trailers")
        .header("x-daytona-source", "sdk-python");
    let seen = server.send(request.body(Body::empty()).unwrap()).await.ok();
    let text = seen.to_string();
    assert!(!text.contains("t0ken") && !text.contains("dtn_"), "{text}");
    for name in ["authorization", "cookie", "te", "x-mine", "proxy-authorization", "connection"] {
        assert!(seen.get(name).is_none(), "{name}: {text}");
    }
    assert_eq!(seen["x-daytona-source"], "sdk-python");
    assert_eq!(seen["host"], "toolbox");
    assert!(seen["x-request-id"].is_string());
    let uri = server.get(&format!("/toolbox/{id}/uri/x?a=1&DAYTONA_SANDBOX_AUTH_KEY=t0ken&b=%20")).await;
    assert_eq!(uri.bytes, b"/uri/x?a=1&b=%20");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_does_not_speak_for_the_server() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let reply = server.get(&format!("/toolbox/{id}/hostile")).await;
    assert_eq!(reply.status, 200);
    for name in ["set-cookie", "keep-alive"] {
        assert!(!reply.headers.contains_key(name), "{name}");
    }
    assert_ne!(reply.headers["x-request-id"], "mine");
    assert_eq!(reply.headers["x-daytona-api-version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(reply.headers["content-security-policy"], "sandbox");
    assert_eq!(reply.headers["x-content-type-options"], "nosniff");
    for path in ["many-headers", "switch"] {
        server.get(&format!("/toolbox/{id}/{path}")).await.fails(502, "went away before it answered");
    }
    let half =
        server.try_send(server.request("GET", &format!("/toolbox/{id}/half")).body(Body::empty()).unwrap());
    assert!(half.await.is_err(), "half an answer must not look whole");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_stream_both_ways_at_once() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let (send, receive) = tokio::sync::mpsc::channel::<Bytes>(1);
    let body = futures::stream::unfold(receive, |mut receive| async {
        let next = receive.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(next), receive))
    });
    let request =
        server.request("POST", &format!("/toolbox/{id}/echo")).body(Body::from_stream(body)).unwrap();
    let response = tokio::time::timeout(DEADLINE, server.http.request(request)).await.unwrap().unwrap();
    let mut answer = response.into_body().into_data_stream();
    // Each piece comes back before the next is sent: nobody waits for the whole.
    for piece in ["one", "two", "three"] {
        send.send(Bytes::from_static(piece.as_bytes())).await.unwrap();
        let back = tokio::time::timeout(DEADLINE, answer.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(back, piece);
    }
    drop(send);
    assert!(tokio::time::timeout(DEADLINE, answer.next()).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_upload_arrives_whole() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let block = Bytes::from(vec![7_u8; 1 << 20]);
    // The stand-in's own limit for a buffered body is 2 MiB; the proxy has none.
    let body =
        Body::from_stream(futures::stream::repeat(block).take(64).map(Ok::<_, std::convert::Infallible>));
    let request = server.request("POST", &format!("/toolbox/{id}/echo")).body(body).unwrap();
    let response = server.http.request(request).await.unwrap();
    let mut total = 0;
    let mut answer = response.into_body().into_data_stream();
    while let Some(piece) = answer.next().await {
        let piece = piece.unwrap();
        assert!(piece.iter().all(|byte| *byte == 7));
        total += piece.len();
    }
    assert_eq!(total, 64 << 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn output_nobody_reads_is_held_back() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let request = server.request("GET", &format!("/toolbox/{id}/endless")).body(Body::empty()).unwrap();
    let response = server.http.request(request).await.unwrap();
    let given = || engine.seen.given.load(Ordering::SeqCst);
    // Wait until nothing moves: buffers and sockets are full then.
    let mut last = u64::MAX;
    until("the stream stands still", async || {
        tokio::time::sleep(Duration::from_millis(200)).await;
        std::mem::replace(&mut last, given()) == given() && given() > 0
    })
    .await;
    assert!(given() < 16 << 20, "{} bytes were taken from the sandbox for a client that reads none", given());
    drop(response);
    until("the sandbox is told that nobody listens", async || {
        engine.seen.dropped.load(Ordering::SeqCst) == 1
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_takes_its_call_with_it() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    for number in 1..=3 {
        let caller = server.caller.clone();
        let path = format!("/toolbox/{id}/hang");
        let call = tokio::spawn(async move { caller.get(&path).await });
        until("the call is there", async || engine.seen.hanging.load(Ordering::SeqCst) == number).await;
        call.abort();
        until("the call is dropped", async || engine.seen.dropped.load(Ordering::SeqCst) == number).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_that_ends_during_a_call_is_a_clear_error() {
    let (server, engine) = Server::fake().await;
    for way in ["dies", "stops", "deleted"] {
        let id = server.create(json!({})).await;
        let before = engine.seen.hanging.load(Ordering::SeqCst);
        let caller = server.caller.clone();
        let path = format!("/toolbox/{id}/hang");
        let call = tokio::spawn(async move { caller.get(&path).await });
        until("the call is there", async || engine.seen.hanging.load(Ordering::SeqCst) > before).await;
        match way {
            "dies" => engine.kill(&id, daytona_engine::Exit::default()),
            "stops" => drop(server.post(&format!("/api/sandbox/{id}/stop"), json!({})).await.ok()),
            _ => drop(server.delete(&format!("/api/sandbox/{id}")).await.ok()),
        }
        let reply = call.await.unwrap();
        reply.fails(502, &id);
        assert_eq!(
            (reply.text("source"), reply.text("code")),
            ("DAYTONA_PROXY".into(), "BAD_GATEWAY".into())
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_reused_and_stale_ones_do_no_harm() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    for _ in 0..20 {
        assert_eq!(server.get(&format!("/toolbox/{id}/uri/x")).await.status, 200);
    }
    assert_eq!(engine.seen.connections.load(Ordering::SeqCst), 1);
    // From now on the toolbox drops idle connections after a moment: the next call finds its one closed.
    engine.close_idle.store(true, Ordering::SeqCst);
    let id = server.create(json!({})).await;
    for number in 0..10 {
        let closed = engine.seen.closed.load(Ordering::SeqCst);
        let reply = server.post(&format!("/toolbox/{id}/count"), json!({"n": number})).await;
        assert_eq!(reply.status, 200, "call {number}: {}", String::from_utf8_lossy(&reply.bytes));
        until("the toolbox has closed it", async || engine.seen.closed.load(Ordering::SeqCst) > closed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_is_a_tunnel() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let request = server
        .request("GET", &format!("/toolbox/{id}/socket"))
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-protocol", "echo")
        .body(Body::empty())
        .unwrap();
    let response = server.http.request(request).await.unwrap();
    assert_eq!(response.status(), 101);
    assert_eq!(response.headers()["upgrade"], "websocket");
    assert_eq!(response.headers()["sec-websocket-protocol"], "echo");
    let upgraded = hyper::upgrade::on(response).await.unwrap();
    let (mut from, mut to) = tokio::io::split(TokioIo::new(upgraded));
    let sent: Vec<u8> = (0..4_000_000_u32).map(|number| number as u8).collect();
    let copy = sent.clone();
    let writer = tokio::spawn(async move {
        to.write_all(&copy).await.unwrap();
        to
    });
    let mut back = vec![0; sent.len()];
    tokio::time::timeout(DEADLINE, from.read_exact(&mut back)).await.unwrap().unwrap();
    assert!(back == sent, "the bytes changed on their way");
    let _to = writer.await.unwrap();
    // The end of the sandbox is the end of the tunnel.
    engine.kill(&id, daytona_engine::Exit::default());
    let end = tokio::time::timeout(DEADLINE, from.read(&mut [0; 1])).await.expect("the tunnel closes");
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
}

/// More calls than a toolbox serves wait for a while, and are told so then: in its queue they would wait for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_too_many_is_told_so() {
    const MOST: usize = 240;
    let (server, engine) = Server::fake_with(|options| options.queueing = Duration::from_millis(300)).await;
    let (id, other) = (server.create(json!({})).await, server.create(json!({})).await);
    let calls: Vec<_> = (0..MOST)
        .map(|_| {
            let (caller, path) = (server.caller.clone(), format!("/toolbox/{id}/hang"));
            tokio::spawn(async move { caller.get(&path).await })
        })
        .collect();
    until("all of them hang", async || engine.seen.hanging.load(Ordering::SeqCst) == MOST).await;
    let reply = server.get(&format!("/toolbox/{id}/uri/x")).await;
    reply.fails(503, "has 240 calls under way");
    assert_eq!(reply.text("code"), "SERVICE_UNAVAILABLE");
    assert_eq!(server.get(&format!("/toolbox/{other}/uri/x")).await.status, 200);
    // One place is enough.
    calls[0].abort();
    until("there is a place", async || server.get(&format!("/toolbox/{id}/uri/x")).await.status == 200).await;
    calls.iter().for_each(|call| call.abort());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_drips_is_cut_off() {
    let short = |options: &mut daytona_server::ServeOptions| options.head_deadline = Duration::from_secs(1);
    let (server, engine) = Server::fake_with(short).await;
    let id = server.create(json!({})).await;
    // Bytes keep coming, and the head never ends.
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let (mut from, mut to) = stream.split();
    let drip = async {
        while to.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nx:").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let mut answer = Vec::new();
    let ended = async { drop(from.read_to_end(&mut answer).await) };
    tokio::select! {
        () = drip => {}
        () = ended => {}
        () = tokio::time::sleep(DEADLINE) => panic!("a connection with half a head is kept for ever"),
    }
    // A call that takes longer than that is left alone.
    // On a connection of its own: the pooled one may be closing for having been idle.
    let caller = Caller::new(&server.info.url, &server.key);
    let path = format!("/toolbox/{id}/hang");
    let call = tokio::spawn(async move { caller.get(&path).await });
    until("it is asked", async || engine.seen.hanging.load(Ordering::SeqCst) == 1).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!call.is_finished());
    call.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn use_is_noted_and_silent_use_is_not() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let seen = async || server.get(&format!("/api/sandbox/{id}")).await.text("lastActivityAt");
    let first = seen().await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    let silent = server
        .request("GET", &format!("/toolbox/{id}/uri/x"))
        .header("x-daytona-skip-last-activity-update", "true");
    server.send(silent.body(Body::empty()).unwrap()).await;
    assert_eq!(seen().await, first);
    server.get(&format!("/toolbox/{id}/uri/x")).await;
    let second = seen().await;
    assert!(second > first, "{second} {first}");
}
