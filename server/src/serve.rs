//! A server's life: own the data folder, open the database, find what runs, listen; and the same backwards.
//!
//! What must stay true: `server.json` appears when requests can be served and is gone before they cannot;
//! sandboxes outlive the server, however it ends.

use crate::app::{App, Turns};
use crate::auth::{self, KeyCache};
use crate::clock;
use crate::data_dir::{DataDir, ServerInfo};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::lifecycle::limits::Told;
use crate::lifecycle::live::Registry;
use crate::lifecycle::pool::{self, Pool};
use crate::lifecycle::{activity, reconcile, sweep};
use crate::listener::Bounds;
use crate::machine::Machine;
use crate::middleware::guard::AllowedHosts;
use crate::options::ServeOptions;
use crate::preview::{Listeners, Secret};
use crate::{listener, logging, openapi, router};
use daytona_engine::image::host::{self, HostImage};
use daytona_engine::{Engine, EngineOptions, NamespaceEngine};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Connections to the control plane and the toolbox proxy at the same time.
const MAX_CONNECTIONS: usize = 1024;
/// Requests under way may end by then at shutdown.
const DRAIN: Duration = Duration::from_secs(10);
/// Work behind requests may end by then at shutdown; `reconcile` finishes the rest at the next start.
const SETTLE: Duration = Duration::from_secs(5);
/// What is told to let go has let go by then.
const LETTING_GO: Duration = Duration::from_secs(1);

/// Runs a local server with the built-in engine until `shutdown` resolves. `on_ready` is called once
/// requests can be served.
///
/// # Errors
/// When the server cannot start: another one holds the data folder, the port is taken, the database is not
/// ours to read, or this machine cannot run sandboxes.
pub async fn serve(
    options: ServeOptions,
    shutdown: impl Future<Output = ()>,
    on_ready: impl FnOnce(&ServerInfo),
) -> Result<()> {
    prepare_process(&options);
    let data = own(&options)?;
    let images = data.join("images");
    let tools = options.tools_dir.clone().unwrap_or_else(|| data.join("tools"));
    let image = tokio::task::spawn_blocking(move || {
        // There even when empty: what `daytona setup` puts into it later, running sandboxes see at once.
        std::fs::create_dir_all(&tools)?;
        // A shared one may be another user's, and is as it should be then.
        if std::fs::metadata(&tools)?.permissions().mode() & 0o555 != 0o555 {
            std::fs::set_permissions(&tools, std::fs::Permissions::from_mode(0o755))?;
        }
        host::prepare(&images, &tools)
    })
    .await
    .unwrap_or_else(|error| Err(std::io::Error::other(error)))
    .map_err(|source| Error::File {
        what: "cannot prepare the host image in",
        path: data.join("images"),
        source,
    })?;
    let engine = Arc::new(NamespaceEngine::new(EngineOptions {
        sandboxes_dir: data.join("sandboxes"),
        launcher: options.launcher.clone(),
        toolbox: options.toolbox.clone(),
    }));
    run(options, data, engine, image, shutdown, on_ready).await
}

/// Like [`serve`], with an engine of the caller's.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with(
    options: ServeOptions,
    engine: Arc<dyn Engine>,
    image: HostImage,
    shutdown: impl Future<Output = ()>,
    on_ready: impl FnOnce(&ServerInfo),
) -> Result<()> {
    prepare_process(&options);
    let data = own(&options)?;
    run(options, data, engine, image, shutdown, on_ready).await
}

fn prepare_process(options: &ServeOptions) {
    logging::init(options.log_format);
    // Whatever this process writes is its own: keys, the database, sandboxes' files.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    raise_open_files();
}

/// Each proxied call takes two descriptors, each sandbox some more; the default of 1024 is soon used up.
fn raise_open_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

fn own(options: &ServeOptions) -> Result<DataDir> {
    if !options.host.is_loopback() {
        return Err(Error::NotLoopback { host: options.host });
    }
    DataDir::open(&options.data_dir)
}

async fn run(
    options: ServeOptions,
    data: DataDir,
    engine: Arc<dyn Engine>,
    image: HostImage,
    shutdown: impl Future<Output = ()>,
    on_ready: impl FnOnce(&ServerInfo),
) -> Result<()> {
    let db = Db::open(&data.join("daytona.db")).await?;
    auth::ensure_local_key(&data, &db).await?;
    let asked = SocketAddr::new(options.host, options.port);
    let listen = async {
        let listener = TcpListener::bind(asked).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    let (tcp, address) = listen.await.map_err(|source| Error::Listen { address: asked, source })?;

    let capped = daytona_engine::cgroup::can_limit_memory();
    let machine = Machine::detect(data.path(), options.memory_limit, capped, options.disk_reserve);
    let preview_secret = Secret::open(&data)?;
    let pool_size = options.warm_pool.unwrap_or_else(|| machine.warm_pool());
    let document = openapi::document().to_json().unwrap_or_default();
    let app = Arc::new(App {
        db,
        engine,
        image,
        launches: Semaphore::new(machine.cpus as usize * 2),
        machine,
        data_dir: data.path().to_owned(),
        base_url: base_url(address),
        hosts: AllowedHosts::of(address),
        keys: KeyCache::default(),
        live: Registry::default(),
        pool: Pool::new(pool_size),
        previews: Listeners::new(address.port(), options.head_deadline),
        preview_secret,
        turns: Arc::new(Turns::default()),
        told: Told::default(),
        tasks: TaskTracker::new(),
        waiters: TaskTracker::new(),
        queueing: options.queueing,
        draining: CancellationToken::new(),
        ending: CancellationToken::new(),
        openapi: document,
    });
    reconcile::reconcile(&app).await?;
    let database = |source| Error::Database { path: app.database(), source };
    app.previews.restore(&app).await.map_err(database)?;
    app.tasks.spawn(pool::keep(Arc::clone(&app)));
    app.tasks.spawn(sweep::keep(Arc::clone(&app)));

    let info = ServerInfo {
        pid: std::process::id(),
        url: format!("{}/api", app.base_url),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: clock::iso(clock::now()),
    };
    data.publish(&info)?;
    tracing::info!(url = info.url, engine = app.engine.name(), warm_pool = pool_size, "ready");
    on_ready(&info);

    let draining = app.draining.clone();
    let stop = async {
        shutdown.await;
        tracing::info!("stopping; sandboxes keep running");
        data.unpublish();
        draining.cancel();
    };
    let bounds = Bounds {
        head_deadline: options.head_deadline,
        connections: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
        drain: DRAIN,
    };
    listener::serve(tcp, router::service(Arc::clone(&app)), bounds, stop).await;
    end(&app).await;
    drop(data);
    Ok(())
}

async fn end(app: &Arc<App>) {
    app.tasks.close();
    app.waiters.close();
    activity::flush(app).await;
    // First what was begun (a stop, a removal), then what only waits (watchers, tunnels). A removal that cannot be
    // written down is tried again until it is told to let go, too.
    let begun = tokio::time::timeout(SETTLE, app.tasks.wait()).await;
    app.ending.cancel();
    let all = async {
        app.waiters.wait().await;
        app.tasks.wait().await;
    };
    if tokio::time::timeout(LETTING_GO, all).await.is_err() || begun.is_err() {
        tracing::warn!("some work goes on past the end; the next start finishes it");
    }
    app.db.close().await;
    tracing::info!("stopped");
}

fn base_url(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) => format!("http://{ip}:{}", address.port()),
        IpAddr::V6(ip) => format!("http://[{ip}]:{}", address.port()),
    }
}
