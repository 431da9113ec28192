//! Accepts connections, with bounds on their number, their heads and their patience, until told to stop.
//!
//! Clients keep connections for later. When all places are taken, those that have been idle for a while close, so that
//! one client's burst does not keep everyone else out.

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;

const MAX_HEAD: usize = 64 << 10;
/// What is read of a body at a time. Each piece wakes everyone on its way into the sandbox, so that larger ones are faster;
/// a connection takes this much only while a large body comes faster than it goes on.
const BUFFER: usize = 256 << 10;
const MAX_HEADERS: usize = 100;
/// A connection whose last request began this long ago is idle once that is answered: its client hardly sends the next
/// one just as it closes.
const IDLE: Duration = Duration::from_secs(1);
/// How often idle connections are looked for while someone waits for a place.
const LOOK: Duration = Duration::from_millis(250);

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
        .max_header_size(MAX_HEAD)
        .max_buf_size(BUFFER)
        .max_headers(MAX_HEADERS)
        .half_close(false);
    let connections = bounds.connections;
    let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
    let wanted = Arc::new(Notify::new());
    tokio::pin!(shutdown);
    loop {
        let accepted = async {
            let permit = place(&connections, &wanted).await;
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
        let last = Arc::new(Mutex::new(Instant::now()));
        let used = Arc::clone(&last);
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            *used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            request.extensions_mut().insert(held.clone());
            router.clone().call(request.map(Body::new))
        });
        let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        let (stopping, wanted) = (stopping.clone(), Arc::clone(&wanted));
        tasks.spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let idle = async {
                loop {
                    wanted.notified().await;
                    if last.lock().unwrap_or_else(PoisonError::into_inner).elapsed() >= IDLE {
                        return;
                    }
                }
            };
            let outcome = tokio::select! {
                outcome = connection.as_mut() => Some(outcome),
                () = stopping.cancelled() => None,
                () = idle => None,
            };
            let outcome = match outcome {
                Some(outcome) => outcome,
                None => {
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

/// A place for the next connection, as soon as there is one; says that it is `wanted` while there is none.
async fn place(connections: &Arc<Semaphore>, wanted: &Notify) -> Permit {
    loop {
        match tokio::time::timeout(LOOK, Arc::clone(connections).acquire_owned()).await {
            // Never closed, so it is always a permit.
            Ok(permit) => return Permit(Arc::new(permit.ok())),
            Err(_) => wanted.notify_waiters(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

    /// A listener for two connections that answers when there is a permit of `answers`.
    async fn two_places(answers: Arc<Semaphore>) -> std::net::SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let bounds = Bounds {
            head_deadline: Duration::from_secs(60),
            connections: Arc::new(Semaphore::new(2)),
            drain: Duration::ZERO,
        };
        let answer = move || async move {
            answers.acquire().await.expect("open").forget();
            "answer"
        };
        let router = Router::new().route("/", get(answer));
        tokio::spawn(serve(listener, router, bounds, std::future::pending()));
        address
    }

    async fn ask(address: std::net::SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(REQUEST).await.expect("sent");
        stream
    }

    async fn answer(stream: &mut TcpStream) -> String {
        let mut text = Vec::new();
        while !text.ends_with(b"answer") {
            assert!(stream.read_buf(&mut text).await.expect("an answer") > 0, "closed without an answer");
        }
        String::from_utf8(text).expect("text")
    }

    #[tokio::test]
    async fn idle_connections_make_room_and_busy_ones_get_their_answer() {
        let answers = Arc::new(Semaphore::new(1));
        let address = two_places(Arc::clone(&answers)).await;
        let mut idle = ask(address).await;
        answer(&mut idle).await;
        let mut busy = ask(address).await;
        let mut third = ask(address).await;
        // Its place is the one that the idle connection leaves.
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(IDLE * 20, idle.read_to_end(&mut rest)).await.expect("closed");
        assert_eq!(closed.expect("in order"), 0);
        answers.add_permits(2);
        answer(&mut third).await;
        answer(&mut busy).await;
    }

    #[tokio::test]
    async fn connections_stay_while_there_is_room() {
        let answers = Arc::new(Semaphore::new(10));
        let address = two_places(answers).await;
        let mut first = ask(address).await;
        answer(&mut first).await;
        tokio::time::sleep(IDLE + LOOK * 2).await;
        first.write_all(REQUEST).await.expect("sent");
        answer(&mut first).await;
    }
}
