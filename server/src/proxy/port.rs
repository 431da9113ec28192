//! HTTP to what listens on a port inside a sandbox, through tunnels its toolbox opens.
//!
//! What must stay true: whatever the toolbox or the application does, opening a tunnel ends, and the tunnels of
//! one sandbox are fewer than the connections its toolbox serves.

use super::connector;
use super::held::Held;
use axum::body::Body;
use http::header::{CONNECTION, HOST, UPGRADE};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::upgrade::Upgraded;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::error::Error as _;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_service::Service;

/// Tunnels into one sandbox at the same time; its toolbox serves twice as many connections.
const MAX_TUNNELS: usize = 256;
/// A tunnel is open by then, or is not going to be.
const OPENING: Duration = Duration::from_secs(10);
/// Headers of an answer, and the bytes its head may have.
const MAX_HEADERS: usize = 200;
const MAX_HEAD: usize = 256 << 10;
/// Idle connections are few and short: some applications serve one connection at a time, and common ones close
/// an idle one after two to five seconds, perhaps just as a request starts on it.
const IDLE_CONNECTIONS: usize = 4;
const IDLE: Duration = Duration::from_secs(1);

/// Speaks to the ports of one sandbox. Cheap to clone; clones share the pool.
#[derive(Clone, Debug)]
pub(crate) struct PortClient(Client<PortConnector, Body>);

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum PortError {
    /// The sandbox runs, and nothing listens on the port.
    NothingListens,
    /// The connection ended early, or what came is not HTTP.
    Broken(String),
}

impl PortClient {
    pub(crate) fn new(socket: PathBuf) -> Self {
        let tunnels = Arc::new(Semaphore::new(MAX_TUNNELS));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .http1_max_headers(MAX_HEADERS)
            .http1_max_buf_size(MAX_HEAD)
            .retry_canceled_requests(true)
            .build(PortConnector { socket: socket.into(), tunnels });
        Self(client)
    }

    /// Sends a request to the port its URI names. No deadline: an application may take its time.
    pub(crate) async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, PortError> {
        self.0.request(request).await.map_err(|error| {
            let cause = error.source().and_then(|source| source.downcast_ref::<io::Error>());
            match cause.map(io::Error::kind) {
                Some(io::ErrorKind::ConnectionRefused) if error.is_connect() => PortError::NothingListens,
                _ => PortError::Broken(cause.map_or_else(|| error.to_string(), ToString::to_string)),
            }
        })
    }
}

/// What is left of an HTTP connection after the toolbox switched it over.
type Tunnel = Held<Upgraded, OwnedSemaphorePermit>;

/// Opens tunnels to the port of a request's authority.
#[derive(Clone, Debug)]
struct PortConnector {
    socket: Arc<Path>,
    tunnels: Arc<Semaphore>,
}

impl Service<Uri> for PortConnector {
    type Response = Tunnel;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Tunnel>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let port = uri.port_u16().ok_or_else(|| io::Error::other("the request names no port"))?;
            let late =
                |_| io::Error::new(io::ErrorKind::TimedOut, "the sandbox did not open a connection in time");
            tokio::time::timeout(OPENING, this.open(port)).await.map_err(late)?
        })
    }
}

impl PortConnector {
    async fn open(self, port: u16) -> io::Result<Tunnel> {
        let permit = self.tunnels.acquire_owned().await.map_err(io::Error::other)?;
        let stream = connector::connect(&self.socket).await?;
        let (mut toolbox, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD)
            .handshake::<_, Empty<Bytes>>(stream)
            .await
            .map_err(io::Error::other)?;
        tokio::spawn(connection.with_upgrades());
        let request = Request::builder()
            .uri(format!("/internal/tcp/{port}"))
            .header(HOST, "toolbox")
            .header(CONNECTION, "upgrade")
            .header(UPGRADE, "tcp")
            .body(Empty::new())
            .map_err(io::Error::other)?;
        let mut response = toolbox.send_request(request).await.map_err(io::Error::other)?;
        match response.status() {
            StatusCode::SWITCHING_PROTOCOLS => {
                let upgraded = hyper::upgrade::on(&mut response).await.map_err(io::Error::other)?;
                Ok(Held::new(upgraded, permit))
            }
            StatusCode::BAD_GATEWAY => {
                Err(io::Error::new(io::ErrorKind::ConnectionRefused, "nothing listens on the port"))
            }
            other => Err(io::Error::other(format!("the toolbox answered {other} instead of a connection"))),
        }
    }
}
