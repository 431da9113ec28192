//! What every handler shares.

use crate::api_error::{ApiError, ApiResult};
use crate::auth::KeyCache;
use crate::db::Db;
use crate::db::idempotency::Idempotency;
use crate::lifecycle::limits::Told;
use crate::lifecycle::live::Registry;
use crate::lifecycle::pool::Pool;
use crate::machine::Machine;
use crate::middleware::guard::AllowedHosts;
use crate::preview::{Listeners, Secret};
use daytona_engine::image::host::HostImage;
use daytona_engine::{Engine, SandboxSpec};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// One running server.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) db: Db,
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) image: HostImage,
    pub(crate) machine: Machine,
    pub(crate) data_dir: PathBuf,
    /// `http://127.0.0.1:4000`.
    pub(crate) base_url: String,
    pub(crate) hosts: AllowedHosts,
    pub(crate) keys: KeyCache,
    pub(crate) live: Registry,
    pub(crate) pool: Pool,
    pub(crate) previews: Listeners,
    pub(crate) preview_secret: Secret,
    pub(crate) turns: Arc<Turns>,
    pub(crate) told: Told,
    /// Work that goes on behind a request, or between requests, and comes to an end by itself.
    pub(crate) tasks: TaskTracker,
    /// What only waits for others: watchers of sandboxes, connections that are carried. It ends when told to.
    pub(crate) waiters: TaskTracker,
    /// How long a call waits while a toolbox has as many as it takes.
    pub(crate) queueing: Duration,
    /// No new work of the server's own: it is about to end.
    pub(crate) draining: CancellationToken,
    /// The server ends: let go of everything.
    pub(crate) ending: CancellationToken,
    /// How many sandboxes may be launched at the same time; more would only slow each other down.
    pub(crate) launches: Semaphore,
    /// The OpenAPI document, as JSON.
    pub(crate) openapi: String,
}

impl App {
    /// The folder of one sandbox.
    pub(crate) fn sandbox_dir(&self, id: &str) -> PathBuf {
        self.data_dir.join("sandboxes").join(id)
    }

    /// The database file, for messages.
    pub(crate) fn database(&self) -> PathBuf {
        self.data_dir.join("daytona.db")
    }

    /// Base of toolbox calls.
    pub(crate) fn toolbox_url(&self) -> String {
        format!("{}/toolbox", self.base_url)
    }

    /// Does the work to its end even if the client that asked goes away meanwhile.
    pub(crate) async fn complete<T: Send + 'static>(
        &self,
        work: impl Future<Output = ApiResult<T>> + Send + 'static,
    ) -> ApiResult<T> {
        self.tasks.spawn(work.in_current_span()).await.map_err(ApiError::internal)?
    }

    /// Makes and starts a sandbox.
    pub(crate) async fn make(&self, spec: &SandboxSpec) -> daytona_engine::Result<()> {
        let _launch = self.launches.acquire().await;
        self.engine.create(spec).await?;
        self.engine.start(spec).await
    }

    /// Starts a sandbox that was made.
    pub(crate) async fn run(&self, spec: &SandboxSpec) -> daytona_engine::Result<()> {
        let _launch = self.launches.acquire().await;
        self.engine.start(spec).await
    }
}

type Place = (String, String);

/// Lets requests with the same idempotency key go one after another.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<Place, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    /// Waits until no other request with this key is at work.
    pub(crate) async fn take(self: &Arc<Self>, wanted: &Idempotency) -> Turn {
        let place = (wanted.api_key_id.clone(), wanted.key.clone());
        let queue = Arc::clone(self.lock().entry(place.clone()).or_default());
        Turn { held: Some(queue.lock_owned().await), place, turns: Arc::clone(self) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Place, Arc<tokio::sync::Mutex<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held while a request with an idempotency key is at work.
#[derive(Debug)]
pub(crate) struct Turn {
    held: Option<OwnedMutexGuard<()>>,
    place: Place,
    turns: Arc<Turns>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut queues = self.turns.lock();
        self.held = None;
        // Nobody can join the queue while the map is locked: if only the map knows it, it is empty.
        if queues.get(&self.place).is_some_and(|queue| Arc::strong_count(queue) == 1) {
            queues.remove(&self.place);
        }
    }
}
