//! One HTTP client per running sandbox, with its own connection pool over the sandbox's socket.

use super::connector::Connector;
use axum::body::Body;
use daytona_protocol::system::UpdateEnvRequest;
use http::{Method, Request, Response, Uri};
use hyper::body::Incoming;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Headers of a reply.
const MAX_HEADERS: usize = 100;
/// What is read of a reply at a time, which also bounds its head.
const BUFFER: usize = 256 << 10;
/// Idle connections kept per sandbox.
const IDLE_CONNECTIONS: usize = 8;
const IDLE: Duration = Duration::from_secs(60);
/// Calls to one toolbox at the same time. It serves 512 connections: these, 256 tunnels to ports, and idle ones. One
/// more would wait in its queue, where nobody can tell it from a command that takes long.
pub(super) const MAX_CALLS: usize = 240;
/// A warm sandbox must take its environment by then, or another is used.
const ENV_DEADLINE: Duration = Duration::from_secs(2);

/// Speaks to the toolbox of one sandbox. Cheap to clone; clones share the pool.
#[derive(Clone, Debug)]
pub(crate) struct ToolboxClient {
    client: Client<Connector, Body>,
    calls: Arc<Semaphore>,
}

/// A place among the calls under way, held until the last byte has gone.
pub(crate) type Place = OwnedSemaphorePermit;

impl ToolboxClient {
    pub(crate) fn new(socket: PathBuf) -> Self {
        // A request is sent again only if a pooled connection turned out closed before anything was written.
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .http1_max_headers(MAX_HEADERS)
            .http1_max_buf_size(BUFFER)
            .retry_canceled_requests(true)
            .build(Connector::new(socket));
        Self { client, calls: Arc::new(Semaphore::new(MAX_CALLS)) }
    }

    /// A place for a call, when there is one. None: too many calls did not end for too long.
    pub(super) async fn place(&self, patience: Duration) -> Option<Place> {
        let place = Arc::clone(&self.calls).acquire_owned();
        tokio::time::timeout(patience, place).await.ok().and_then(Result::ok)
    }

    /// Sends a request, for which there is a place. No deadline: a command may run for hours before it answers; a
    /// connection that breaks is noticed at once.
    pub(super) async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, Error> {
        self.client.request(request).await
    }

    /// Gives the sandbox's later processes these variables.
    pub(crate) async fn set_env(&self, env: &BTreeMap<String, String>) -> Result<(), String> {
        let body = serde_json::to_vec(&UpdateEnvRequest { set: env.clone(), ..UpdateEnvRequest::default() })
            .map_err(|error| error.to_string())?;
        let request = Request::builder()
            .method(Method::POST)
            .uri(Uri::from_static("http://toolbox/env"))
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .map_err(|error| error.to_string())?;
        match tokio::time::timeout(ENV_DEADLINE, self.send(request)).await {
            Ok(Ok(response)) if response.status().is_success() => Ok(()),
            Ok(Ok(response)) => Err(format!("the toolbox answered {}", response.status())),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the toolbox did not answer in time".to_owned()),
        }
    }
}
