//! Accepts connections, with bounds on their number, their heads and their patience, until told to stop.

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;

const MAX_HEAD: usize = 64 << 10;
const MAX_HEADERS: usize = 100;

/// A place among the connections. A request carries it, so that one that switches protocols keeps its place for
/// as long as bytes flow.
#[derive(Clone, Debug)]
pub(crate) struct Permit(#[expect(dead_code, reason = "held, not read")] Arc<Option<OwnedSemaphorePermit>>);

/// The bounds of one listener.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// A request's head must have arrived by then.
    pub(crate) head_deadline: Duration,
    /// Connections at the same time; more wait in the kernel's queue. Listeners may share them.
    pub(crate) connections: Arc<Semaphore>,
    /// Requests under way at shutdown may end by then.
    pub(crate) drain: Duration,
}

/// Serves until `shutdown` resolves, then lets requests under way end.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    shutdown: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(bounds.head_deadline)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .half_close(false);
    let connections = bounds.connections;
    let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
    tokio::pin!(shutdown);
    loop {
        let accepted = async {
            // Never closed, so the permit always comes.
            let permit = Permit(Arc::new(Arc::clone(&connections).acquire_owned().await.ok()));
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut shutdown => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                // Out of file descriptors: trying again at once would only burn the processor.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection closed as it was accepted");
            continue;
        }
        let router = router.clone();
        let (router, held) = (router, permit.clone());
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(held.clone());
            router.clone().call(request.map(Body::new))
        });
        let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        let stopping = stopping.clone();
        tasks.spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let outcome = tokio::select! {
                outcome = connection.as_mut() => outcome,
                () = stopping.cancelled() => {
                    // An idle connection closes at once, a busy one after its answer.
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = outcome {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }
    drop(listener);
    stopping.cancel();
    tasks.close();
    if tokio::time::timeout(bounds.drain, tasks.wait()).await.is_err() {
        tracing::warn!(patience = ?bounds.drain, "some requests had not ended in time; dropping them");
    }
}
