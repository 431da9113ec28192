//! What crosses a preview: every byte of what is the application's, nothing that is ours, and no fault that
//! hangs.

use crate::fake_port::{DYING, ENDLESS_HEAD, GARBAGE, NOTHING, SILENT, SWITCHING};
use crate::preview::Link;
use crate::support::{DEADLINE, Server, until};
use axum::body::{Body, Bytes};
use futures::StreamExt;
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::sync::atomic::Ordering;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_queries_and_the_applications_own_headers_arrive_as_they_were_sent() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    for path in
        ["/uri/a%2Fb%20c//d", "/uri/%2e%2e/%2e%2e/etc", "/uri/x?path=%2Ftmp%2F%C3%A4&a=1&a=2", "//uri/%ff%00"]
    {
        assert_eq!(String::from_utf8(link.get(path).await.bytes).unwrap(), path);
    }
    let request = link
        .allowed("GET", &format!("/headers?x=1&DAYTONA_SANDBOX_AUTH_KEY={}", link.token))
        .header("cookie", "a=1; daytona-preview=x")
        .header("cookie", "b=2")
        .header("authorization", "Bearer the-applications-own")
        .header("referer", format!("{}/p?DAYTONA_SANDBOX_AUTH_KEY={}&q=1", link.visitor.base, link.token))
        .header("proxy-authorization", "Basic x")
        .header("connection", "close, x-mine")
        .header("x-mine", "1")
        .header("x-forwarded-for", "8.8.8.8")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "https")
        .header("forwarded", "for=8.8.8.8");
    let seen = link.send(request).await.ok();
    assert!(!seen.to_string().contains(&link.token), "{seen}");
    for (name, value) in [
        ("authorization", "Bearer the-applications-own"),
        ("referer", &format!("{}/p?q=1", link.visitor.base)),
        ("host", &link.authority()),
        ("x-forwarded-host", &link.authority()),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "http"),
    ] {
        assert_eq!(seen[name], value, "{seen}");
    }
    for name in ["proxy-authorization", "x-mine", "connection", "forwarded", "x-daytona-preview-token"] {
        assert!(seen.get(name).is_none(), "{name}: {seen}");
    }
    let uri = link
        .send(link.request("GET", &format!("/uri/x?a=1&DAYTONA%5FSANDBOX_AUTH_KEY={}&b=%20", link.token)));
    assert_eq!(uri.await.bytes, b"/uri/x?a=1&b=%20");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_may_redirect_and_set_cookies_on_its_own_origin() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    let request = link
        .allowed("GET", "/answer")
        .header("answer-location", "http://localhost:3000/login?next=/")
        .header("answer-set-cookie", "session=1; Path=/")
        .header("answer-set-cookie", "daytona-preview=stolen; Path=/")
        .header("answer-content-security-policy", "default-src 'self'")
        .header("answer-access-control-allow-origin", "*")
        .header("answer-x-request-id", "its-own");
    let reply = link.send(request).await;
    assert_eq!(reply.headers["location"], format!("{}/login?next=/", link.visitor.base));
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["session=1; Path=/"]);
    for (name, value) in [
        ("content-security-policy", "default-src 'self'"),
        ("access-control-allow-origin", "*"),
        ("x-request-id", "its-own"),
    ] {
        assert_eq!(reply.headers[name], value);
    }
    let relative = link.allowed("GET", "/answer").header("answer-location", "../up");
    assert_eq!(link.send(relative).await.headers["location"], "../up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_piece_passes_before_the_next_is_there() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    let (pieces, body) = futures::channel::mpsc::unbounded::<Result<Bytes, std::io::Error>>();
    let request = link.allowed("POST", "/echo").body(Body::from_stream(body)).unwrap();
    pieces.unbounded_send(Ok(Bytes::from_static(b"piece 0"))).unwrap();
    let response = tokio::time::timeout(DEADLINE, link.visitor.http.request(request)).await.unwrap().unwrap();
    let mut echo = response.into_body().into_data_stream();
    for number in 1..5 {
        let piece = tokio::time::timeout(DEADLINE, echo.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(piece, format!("piece {}", number - 1));
        pieces.unbounded_send(Ok(Bytes::from(format!("piece {number}")))).unwrap();
    }
    drop(pieces);
    assert_eq!(echo.next().await.unwrap().unwrap(), "piece 4");
    assert!(echo.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_who_goes_or_is_slow_holds_the_application_back() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    let request = link.allowed("GET", "/endless").body(Body::empty()).unwrap();
    let response = link.visitor.http.request(request).await.unwrap();
    let mut body = response.into_body();
    let mut read = 0;
    while read < 1 << 20 {
        read += body.frame().await.unwrap().unwrap().into_data().unwrap().len() as u64;
    }
    // It stops giving once the buffers on the way are full: what it gave twice in a row is what they hold.
    let given = || engine.seen.given.load(Ordering::SeqCst);
    let mut before = 0;
    until("it stops giving", async || {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        std::mem::replace(&mut before, given()) == given()
    })
    .await;
    assert!(given() < read + (64 << 20), "{} given, {read} read", given());
    let dropped = engine.seen.dropped.load(Ordering::SeqCst);
    drop(body);
    until("it is told", async || engine.seen.dropped.load(Ordering::SeqCst) > dropped).await;

    let request = link.allowed("GET", "/hang").body(Body::empty()).unwrap();
    let asking = tokio::spawn(link.visitor.http.request(request));
    until("it is asked", async || engine.seen.hanging.load(Ordering::SeqCst) == 1).await;
    let dropped = engine.seen.dropped.load(Ordering::SeqCst);
    asking.abort();
    until("it is told", async || engine.seen.dropped.load(Ordering::SeqCst) > dropped).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_switches_protocols_is_carried_both_ways() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    let request = link
        .request("GET", &format!("/socket?DAYTONA_SANDBOX_AUTH_KEY={}", link.token))
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-protocol", "echo");
    let response = link.visitor.http.request(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 101);
    assert_eq!(response.headers()["upgrade"], "websocket");
    assert_eq!(response.headers()["sec-websocket-protocol"], "echo");
    let mut socket = TokioIo::new(hyper::upgrade::on(response).await.unwrap());
    for words in [b"first ".as_slice(), b"second"] {
        socket.write_all(words).await.unwrap();
        let mut echo = vec![0; words.len()];
        tokio::time::timeout(DEADLINE, socket.read_exact(&mut echo)).await.unwrap().unwrap();
        assert_eq!(echo, words);
    }
    // It ends with the sandbox.
    engine.kill(&id, daytona_engine::Exit::default());
    let mut rest = Vec::new();
    drop(tokio::time::timeout(DEADLINE, socket.read_to_end(&mut rest)).await.expect("it ends"));
    assert!(rest.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_an_application_ends_in_an_answer() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = async |port: u16| Link::of(&server, &id, port).await;
    let nothing = link(NOTHING).await;
    nothing.get("/").await.fails(502, &format!("nothing listens on port {NOTHING} in sandbox {id}"));
    let page = nothing.send(nothing.allowed("GET", "/").header("accept", "text/html")).await;
    let text = String::from_utf8(page.bytes).unwrap();
    assert_eq!((page.status.as_u16(), text.contains("Nothing listens")), (502, true), "{text}");
    for port in [SILENT, GARBAGE, ENDLESS_HEAD, SWITCHING] {
        link(port).await.get("/").await.fails(502, &format!("what listens on port {port} in sandbox {id}"));
    }
    let dying = link(DYING).await;
    let request = dying.allowed("GET", "/").body(Body::empty()).unwrap();
    let broken = dying.visitor.try_send(request).await;
    assert!(broken.is_err(), "{broken:?}");
    let half = link(3000).await;
    let request = half.allowed("GET", "/half").body(Body::empty()).unwrap();
    let broken = half.visitor.try_send(request).await;
    assert!(broken.is_err(), "{broken:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_to_ports_is_not_open_to_callers_of_the_toolbox() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    for path in ["internal/tcp/3000", "/internal/tcp/3000", "%69nternal/tcp/3000", "internal%2Ftcp%2F3000"] {
        let request = server
            .request("GET", &format!("/toolbox/{id}/{path}"))
            .header("connection", "upgrade")
            .header("upgrade", "tcp");
        let reply = server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status, 404, "{path}");
    }
}
