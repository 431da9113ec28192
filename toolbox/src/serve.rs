//! From the listening socket to the last answer: accepts connections, serves HTTP/1.1 on them, and ends in
//! order on SIGTERM or SIGINT.

use crate::args::{Listen, Options};
use crate::init::{self, Reaper, end_all};
use crate::router::router;
use crate::state::App;
use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::os::fd::{FromRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Connections served at once, followed logs included; more wait in the socket's queue.
const MAX_CONNECTIONS: usize = 512;
/// The longest request line and headers together.
const MAX_HEADERS: usize = 64 << 10;
/// How long a connection may take to send a request's headers. Counts idle time between requests too, so it
/// lies above the 70 s for which clients and proxies keep idle connections.
const HEADER_TIMEOUT: Duration = Duration::from_secs(75);
/// How long answers may take once all processes have ended.
const LAST_ANSWERS: Duration = Duration::from_millis(500);

/// Serves until SIGTERM or SIGINT, then ends every process.
pub(crate) async fn run(options: Options) -> Result<(), String> {
    let unheard = |error| format!("cannot watch signals: {error}");
    let mut asked = init::listen().map_err(unheard)?;
    let sigchld = signal(SignalKind::child()).map_err(unheard)?;
    let listener = listen(options.listen)?;
    let workdir = match options.workdir {
        Some(dir) => dir,
        None => {
            std::env::current_dir().map_err(|error| format!("cannot tell the current folder: {error}"))?
        }
    };

    crate::leftovers::sweep(&workdir);
    let reaper = Reaper::new().map_err(|error| format!("cannot start a thread: {error}"))?;
    tokio::spawn(Arc::clone(&reaper).run(sigchld));
    let router = router(Arc::new(App::new(workdir, Arc::clone(&reaper))));

    let open = Open::default();
    tokio::select! {
        () = accept(listener, &router, &open) => {}
        () = asked.come() => {}
    }
    // The listener is gone by now, so nothing new starts. Requests whose process ends are still answered.
    end_all(&reaper).await;
    open.ending.cancel();
    open.connections.close();
    let _ = tokio::time::timeout(LAST_ANSWERS, open.connections.wait()).await;
    Ok(())
}

/// The open connections, and the word that each shall end after its current answer. By hand, because
/// hyper-util's own graceful shutdown does not take connections that may become WebSockets.
#[derive(Default)]
struct Open {
    connections: TaskTracker,
    ending: CancellationToken,
}

/// A connection's place among those served at once. It is an extension of each request. A handler that takes
/// the connection over keeps it, since HTTP on the connection ends, and drops its own, at the upgrade.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// The router for one connection: each request carries the connection's slot.
struct Slotted {
    router: TowerToHyperService<Router>,
    slot: Slot,
}

impl Service<Request<Incoming>> for Slotted {
    type Response = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.slot.clone());
        self.router.call(request)
    }
}

async fn accept(listener: UnixListener, router: &Router, open: &Open) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    // The semaphore is never closed, so this ends only when it is dropped.
    while let Ok(permit) = Arc::clone(&slots).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let slot = Slot { _permit: Arc::new(permit) };
                let serving =
                    connection(stream, Slotted { router: TowerToHyperService::new(router.clone()), slot });
                let ending = open.ending.clone();
                open.connections.spawn(async move {
                    let mut serving = std::pin::pin!(serving);
                    // A client that breaks off is its own affair; there is no one to tell.
                    tokio::select! {
                        _ = serving.as_mut() => {}
                        () = ending.cancelled() => {
                            serving.as_mut().graceful_shutdown();
                            let _ = serving.await;
                        }
                    }
                });
            }
            // Out of descriptors or memory: the next attempt may find some.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

fn connection(
    stream: UnixStream,
    service: Slotted,
) -> http1::UpgradeableConnection<TokioIo<UnixStream>, Slotted> {
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_header_size(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
}

fn listen(listen: Listen) -> Result<UnixListener, String> {
    let listener = match listen {
        Listen::Path(path) => bind(&path)?,
        Listen::Fd(fd) => inherited(fd)?,
    };
    listener.set_nonblocking(true).map_err(|error| format!("cannot use the socket: {error}"))?;
    UnixListener::from_std(listener).map_err(|error| format!("cannot use the socket: {error}"))
}

fn bind(path: &PathBuf) -> Result<std::os::unix::net::UnixListener, String> {
    std::os::unix::net::UnixListener::bind(path)
        .map_err(|error| format!("cannot listen on {}: {error}", path.display()))
}

fn inherited(fd: i32) -> Result<std::os::unix::net::UnixListener, String> {
    // SAFETY: fcntl(F_GETFD) on any number is harmless; it only tells whether the number is open.
    if unsafe { libc::fcntl(fd, libc::F_GETFD) } == -1 {
        return Err(format!("descriptor {fd} of --listen-fd is not open"));
    }
    // SAFETY: it is open, and by the contract with the launcher no one else owns it.
    let fd_owned = unsafe { OwnedFd::from_raw_fd(fd) };
    match rustix::net::sockopt::socket_acceptconn(&fd_owned) {
        Ok(true) => Ok(fd_owned.into()),
        Ok(false) | Err(_) => Err(format!("descriptor {fd} of --listen-fd is not a listening socket")),
    }
}
