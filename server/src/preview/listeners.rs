//! Where previews are listened for: one loopback address for each port of a sandbox, on the server's own port.
//!
//! What must stay true: only loopback is ever listened on; an address serves one preview, so that to a browser
//! each is an origin of its own; the number of listeners is bounded, and those of a sandbox go when it does.

use super::secret::{Secret, Subject};
use super::{Place, forward};
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::db::sandbox::Sandbox;
use crate::listener::{self, Bounds};
use axum::Router;
use axum::extract::Request;
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;

/// Listeners at the same time; further previews are served by name only.
const MAX_LISTENERS: usize = 1024;
/// Connections to all of them at the same time. Not taken from the control plane's. A listener takes its place
/// for the next one before that is there.
const MAX_CONNECTIONS: usize = MAX_LISTENERS + 1024;
/// Streams of an application may never end by themselves, and it goes on without us.
const DRAIN: Duration = Duration::from_millis(500);
/// Addresses to try before giving up on finding a free one. Two previews want the same one once in millions.
const ATTEMPTS: i64 = 16;

/// The listeners of this server.
#[derive(Debug)]
pub(crate) struct Listeners {
    port: u16,
    bounds: Bounds,
    /// Locked over looking an address up and listening on it, so that a removal is before or after both.
    open: Mutex<HashMap<(String, u16), Listening>>,
}

#[derive(Debug)]
struct Listening {
    authority: String,
    /// Ends it when dropped.
    _stop: tokio_util::sync::DropGuard,
}

impl Listeners {
    /// None yet. `port` is the server's.
    pub(crate) fn new(port: u16, head_deadline: Duration) -> Self {
        let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        Self { port, bounds: Bounds { head_deadline, connections, drain: DRAIN }, open: Mutex::default() }
    }

    /// The server's own port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Host and port that serve this port of the sandbox, from now on.
    pub(crate) async fn open(&self, app: &Arc<App>, row: &Sandbox, port: u16) -> ApiResult<String> {
        let mut open = self.open.lock().await;
        if let Some(listening) = open.get(&(row.id.clone(), port)) {
            return Ok(listening.authority.clone());
        }
        if open.len() < MAX_LISTENERS {
            let address = address(app, row, port).await?;
            match self.listen(app, &row.id, port, address).await {
                Ok(listening) => {
                    let authority = listening.authority.clone();
                    open.insert((row.id.clone(), port), listening);
                    return Ok(authority);
                }
                Err(error) => {
                    tracing::warn!(%address, sandbox = row.id, port, %error, "cannot listen for a preview");
                }
            }
        }
        by_name(&row.id, port, self.port).ok_or_else(|| {
            ApiError::unavailable(format!(
                "port {port} of sandbox {} cannot be given an address: too many previews are open, or this \
                 machine has no further loopback addresses. Delete sandboxes you no longer need.",
                row.id
            ))
        })
    }

    /// Listens again for every preview somebody has a link to.
    pub(crate) async fn restore(&self, app: &Arc<App>) -> sqlx::Result<()> {
        let mut open = self.open.lock().await;
        for known in app.db.all_previews().await?.into_iter().take(MAX_LISTENERS) {
            let address = Ipv4Addr::from_bits(known.address);
            match self.listen(app, &known.sandbox_id, known.port, address).await {
                Ok(listening) => drop(open.insert((known.sandbox_id, known.port), listening)),
                Err(error) => {
                    tracing::warn!(%address, sandbox = known.sandbox_id, port = known.port, %error,
                        "cannot listen for a preview");
                }
            }
        }
        Ok(())
    }

    /// Gives the addresses of a sandbox back.
    pub(crate) async fn close(&self, sandbox_id: &str) {
        self.open.lock().await.retain(|(id, _), _| id != sandbox_id);
    }

    async fn listen(
        &self,
        app: &Arc<App>,
        sandbox_id: &str,
        port: u16,
        address: Ipv4Addr,
    ) -> std::io::Result<Listening> {
        if !address.is_loopback() {
            return Err(std::io::Error::other("it is not a loopback address"));
        }
        let address = SocketAddr::from((address, self.port));
        let tcp = TcpListener::bind(address).await?;
        let place =
            Arc::new(Place { sandbox_id: sandbox_id.to_owned(), port, authority: address.to_string() });
        let authority = place.authority.clone();
        let stop = CancellationToken::new();
        let (serving_app, draining, stopped) = (Arc::clone(app), app.draining.clone(), stop.clone());
        let router = Router::new().fallback(move |request: Request| {
            let (app, place) = (Arc::clone(&serving_app), Arc::clone(&place));
            async move { forward::forward(&app, &place, request).await }
        });
        let bounds = self.bounds.clone();
        app.tasks.spawn(listener::serve(tcp, router, bounds, async move {
            tokio::select! {
                () = stopped.cancelled() => {}
                () = draining.cancelled() => {}
            }
        }));
        Ok(Listening { authority, _stop: stop.drop_guard() })
    }
}

/// The loopback address of a preview, the same for as long as the sandbox is there.
async fn address(app: &App, row: &Sandbox, port: u16) -> ApiResult<Ipv4Addr> {
    let subject = Subject::of(row, port);
    for attempt in 0..ATTEMPTS {
        let wanted = wanted(&app.preview_secret, subject, attempt);
        if let Some(address) = app.db.preview_address(&row.id, port, wanted.to_bits()).await? {
            return Ok(Ipv4Addr::from_bits(address));
        }
    }
    match app.db.sandbox(&row.id).await? {
        None => Err(ApiError::no_sandbox(&row.id)),
        Some(_) => Err(ApiError::in_progress()),
    }
}

/// Somewhere in 127.16.0.1 to 127.255.255.254: below, distributions put services of their own. An address
/// that was another sandbox's is not to come again soon: browsers keep what that one stored.
fn wanted(secret: &Secret, subject: Subject<'_>, attempt: i64) -> Ipv4Addr {
    let [second, third, fourth] = secret.place(subject, attempt);
    Ipv4Addr::new(127, second % 240 + 16, third, fourth % 254 + 1)
}

/// The name browsers take to this machine by themselves, unless the id cannot be part of one.
fn by_name(sandbox_id: &str, port: u16, server_port: u16) -> Option<String> {
    let label = format!("{port}-{sandbox_id}");
    let fits = label.len() <= 63
        && !label.ends_with('-')
        && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    fits.then(|| format!("{label}.localhost:{server_port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_that_are_labels_have_a_name() {
        assert_eq!(by_name("a-1", 3000, 80).as_deref(), Some("3000-a-1.localhost:80"));
        for bad in ["a.b", "a_b", "Ab", "a-", &"a".repeat(60)] {
            assert_eq!(by_name(bad, 3000, 80), None, "{bad}");
        }
    }
}
