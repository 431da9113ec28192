//! What listens on ports of the stand-in's sandboxes: on 3000 to 3009 an application that does as its path says,
//! on some others things that are none.

use crate::fake::{self, Toolbox};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::{HeaderName, StatusCode};
use hyper::service::service_fn;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Nothing listens there.
pub(crate) const NOTHING: u16 = 4000;
/// Accepts, and closes without a word.
pub(crate) const SILENT: u16 = 4001;
/// Does not speak HTTP.
pub(crate) const GARBAGE: u16 = 4002;
/// Begins an answer and ends in the middle of it.
pub(crate) const DYING: u16 = 4003;
/// An answer whose head never ends.
pub(crate) const ENDLESS_HEAD: u16 = 4004;
/// Switches protocols unasked.
pub(crate) const SWITCHING: u16 = 4005;

pub(crate) async fn tunnel(
    State(toolbox): State<Toolbox>,
    Path(port): Path<u16>,
    mut request: Request,
) -> Response {
    assert_eq!(request.headers()["upgrade"], "tcp");
    if port == NOTHING {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let upgrade = hyper::upgrade::on(&mut request);
    let running = toolbox.running.clone();
    tokio::spawn(running.run_until_cancelled_owned(async move {
        let stream = upgrade.await.unwrap();
        match port {
            3000..=3009 | 22_222 => application(stream, toolbox).await,
            SILENT => {}
            GARBAGE => say(stream, b"SSH-2.0-OpenSSH_9.2\r\n").await,
            DYING => say(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it").await,
            ENDLESS_HEAD => {
                let mut stream = TokioIo::new(stream);
                drop(stream.write_all(b"HTTP/1.1 200 OK\r\n").await);
                while stream.write_all(b"x-more: and more\r\n").await.is_ok() {}
            }
            SWITCHING => {
                say(stream, b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n")
                    .await;
            }
            other => panic!("a connection to port {other}"),
        }
    }));
    (StatusCode::SWITCHING_PROTOCOLS, [("connection", "upgrade"), ("upgrade", "tcp")]).into_response()
}

/// Says this to the first request, and ends.
async fn say(stream: Upgraded, words: &[u8]) {
    let mut stream = TokioIo::new(stream);
    drop(stream.read(&mut [0; 4096]).await);
    drop(stream.write_all(words).await);
    drop(stream.shutdown().await);
}

async fn application(stream: Upgraded, toolbox: Toolbox) {
    let router = Router::new()
        .route("/headers", any(fake::headers))
        .route("/uri/{*rest}", any(fake::uri))
        .route("/echo", any(fake::echo))
        .route("/socket", any(fake::socket))
        .route("/hang", any(fake::hang))
        .route("/endless", any(fake::endless))
        .route("/half", any(fake::half))
        .route("/answer", any(answer))
        .fallback(fake::uri)
        .with_state(toolbox);
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        tower_service::Service::call(&mut router.clone(), request.map(Body::new))
    });
    let http = hyper::server::conn::http1::Builder::new();
    drop(http.serve_connection(stream, service).with_upgrades().await);
}

/// Answers with the headers that the request has as `answer-...`.
async fn answer(request: Request) -> Response {
    let mut response = "answered".into_response();
    for (name, value) in request.headers() {
        if let Some(name) = name.as_str().strip_prefix("answer-") {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            response.headers_mut().append(name, value.clone());
        }
    }
    response
}
