//! A server in this process, and a plain HTTP client for it.

use crate::fake::FakeEngine;
use axum::body::Body;
use daytona_engine::image::host::{self, HostImage};
use daytona_engine::{Engine, EngineOptions, NamespaceEngine};
use daytona_server::{ServeOptions, ServerInfo, serve_with};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Longer than anything here takes; what is waited for beyond it will not come.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) type Http = Client<HttpConnector, Body>;

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(&self.bytes)))
    }

    pub(crate) fn text(&self, key: &str) -> String {
        self.json()[key].as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, String::from_utf8_lossy(&self.bytes));
        self.json()
    }

    #[track_caller]
    pub(crate) fn fails(&self, status: u16, about: &str) {
        let shown = String::from_utf8_lossy(&self.bytes);
        assert_eq!(self.status.as_u16(), status, "{shown}");
        assert!(self.text("message").contains(about), "{about:?} is not in {shown}");
    }
}

/// Where a server is and with what key.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// `http://127.0.0.1:4000`
    pub(crate) base: String,
    pub(crate) key: String,
    pub(crate) http: Http,
}

impl Caller {
    pub(crate) fn new(api_url: &str, key: &str) -> Self {
        Self {
            base: api_url.trim_end_matches("/api").to_owned(),
            key: key.to_owned(),
            http: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    pub(crate) fn address(&self) -> String {
        self.base.trim_start_matches("http://").to_owned()
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> http::request::Builder {
        let builder = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(format!("{}{path}", self.base));
        if self.key.is_empty() {
            builder
        } else {
            builder.header("authorization", format!("Bearer {}", self.key))
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        self.try_send(request).await.unwrap()
    }

    pub(crate) async fn try_send(&self, request: Request<Body>) -> Result<Reply, String> {
        let sent = tokio::time::timeout(DEADLINE, self.http.request(request)).await;
        let response = sent.expect("an answer in time").map_err(|error| format!("{error:?}"))?;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|error| error.to_string())?.to_bytes().to_vec();
        Ok(Reply { status: parts.status, headers: parts.headers, bytes })
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(self.request("DELETE", path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(self.request("POST", path).body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(self.request("PUT", path).body(Body::from(body.to_string())).unwrap()).await
    }

    /// A new sandbox; its id.
    pub(crate) async fn create(&self, body: Value) -> String {
        let made = self.post("/api/sandbox", body).await.ok();
        assert_eq!(made["state"], "started", "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn state(&self, id: &str) -> String {
        let reply = self.get(&format!("/api/sandbox/{id}")).await;
        if reply.status == StatusCode::NOT_FOUND { "gone".to_owned() } else { reply.text("state") }
    }

    pub(crate) async fn wait_for(&self, id: &str, state: &str) {
        until(&format!("{id} is {state}"), async || self.state(id).await == state).await;
    }

    /// Waits until so many sandboxes of the warm pool can be claimed.
    pub(crate) async fn wait_for_warm(&self, count: u64) {
        until(&format!("{count} are warm"), async || {
            self.get("/health").await.ok()["warmSandboxes"] == serde_json::json!(count)
        })
        .await;
    }

    pub(crate) async fn exec(&self, id: &str, command: &str) -> Value {
        let path = format!("/toolbox/{id}/process/execute");
        self.post(&path, serde_json::json!({ "command": command })).await.ok()
    }
}

/// Asks again and again until it is so.
pub(crate) async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !so().await {
        assert!(began.elapsed() < DEADLINE, "still not so after {DEADLINE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A server in this process.
pub(crate) struct Server {
    pub(crate) caller: Caller,
    pub(crate) info: ServerInfo,
    pub(crate) dir: PathBuf,
    engine: Arc<dyn Engine>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<daytona_server::Result<()>>,
    _owned: Option<Arc<tempfile::TempDir>>,
}

impl std::ops::Deref for Server {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

/// Servers in this process log only what RUST_LOG asks for.
fn quiet() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let filter = tracing_subscriber::EnvFilter::try_from_default_env();
        let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("off"));
        tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().init();
    });
}

/// Options that tests change: the pool is off unless asked for.
pub(crate) fn options(dir: &Path) -> ServeOptions {
    let mut options = ServeOptions::new(dir, binary("daytona-launcher"), binary("daytona-toolbox"));
    options.warm_pool = Some(0);
    options
}

impl Server {
    /// On a folder of its own, with the engine's stand-in.
    pub(crate) async fn fake() -> (Self, Arc<FakeEngine>) {
        Self::fake_with(|_| ()).await
    }

    pub(crate) async fn fake_with(change: impl FnOnce(&mut ServeOptions)) -> (Self, Arc<FakeEngine>) {
        let owned = Arc::new(tempfile::tempdir().unwrap());
        let engine = Arc::new(FakeEngine::new(owned.path().join("data/sandboxes")));
        let mut options = options(&owned.path().join("data"));
        // The stand-in's sandboxes weigh nothing.
        options.memory_limit = Some(1 << 50);
        options.disk_reserve = Some(0);
        change(&mut options);
        let mut server = Self::start(options, engine.clone(), no_image()).await.unwrap();
        server._owned = Some(owned);
        (server, engine)
    }

    /// On a folder of its own, with real sandboxes.
    pub(crate) async fn real() -> Self {
        Self::real_with(|_| ()).await
    }

    pub(crate) async fn real_with(change: impl FnOnce(&mut ServeOptions)) -> Self {
        let owned = Arc::new(tempfile::Builder::new().prefix("daytona-server-").tempdir().unwrap());
        let dir = owned.path().join("data");
        std::fs::create_dir_all(&dir).unwrap();
        let image = host::prepare(&dir.join("images"), &dir.join("tools")).unwrap();
        std::fs::set_permissions(&dir, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let mut options = options(&dir);
        change(&mut options);
        let engine = Arc::new(engine_on(&dir));
        let mut server = Self::start(options, engine, image).await.unwrap();
        server._owned = Some(owned);
        server
    }

    pub(crate) async fn start(
        options: ServeOptions,
        engine: Arc<dyn Engine>,
        image: HostImage,
    ) -> daytona_server::Result<Self> {
        quiet();
        let dir = options.data_dir.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, is_ready) = oneshot::channel();
        let for_server = engine.clone();
        let mut task = tokio::spawn(async move {
            let shutdown = async move { drop(stopped.await) };
            serve_with(options, for_server, image, shutdown, |info: &ServerInfo| {
                drop(ready.send(info.clone()))
            })
            .await
        });
        let info = tokio::select! {
            Ok(info) = is_ready => info,
            outcome = &mut task => return Err(outcome.unwrap().expect_err("it ended before it was ready")),
        };
        let key = std::fs::read_to_string(dir.join("api-key")).unwrap();
        let caller = Caller::new(&info.url, &key);
        Ok(Self { caller, info, dir, engine, stop: Some(stop), task, _owned: None })
    }

    /// Ends it cleanly; sandboxes go on.
    pub(crate) async fn stop(mut self) -> Option<Arc<tempfile::TempDir>> {
        self.stop.take();
        tokio::time::timeout(DEADLINE, &mut self.task).await.unwrap().unwrap().unwrap();
        self._owned.take()
    }

    /// Tells it to end and does not wait.
    pub(crate) fn begin_stop(&mut self) {
        self.stop.take();
    }
}

/// Whatever a failed test leaves running is removed with it.
impl Drop for Server {
    fn drop(&mut self) {
        if self._owned.is_none() {
            return;
        }
        self.stop.take();
        self.task.abort();
        let engine = self.engine.clone();
        let cleaner = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                for id in engine.list().await.unwrap_or_default() {
                    drop(engine.destroy(&id).await);
                }
            });
        });
        drop(cleaner.join());
    }
}

/// The database of a server, for what no route can do: move time, enter another organization's key.
pub(crate) async fn database(dir: &Path) -> sqlx::SqlitePool {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("daytona.db"));
    sqlx::SqlitePool::connect_with(options).await.unwrap()
}

pub(crate) fn no_image() -> HostImage {
    let user = daytona_engine::spec::User { name: "daytona".into(), uid: 1000, gid: 1000, home: "/".into() };
    HostImage { layers: Vec::new(), mounts: Vec::new(), user }
}

pub(crate) fn engine_on(dir: &Path) -> NamespaceEngine {
    NamespaceEngine::new(EngineOptions {
        sandboxes_dir: dir.join("sandboxes"),
        launcher: binary("daytona-launcher"),
        toolbox: binary("daytona-toolbox"),
    })
}

/// A program that `make build` puts into `target/bin`.
pub(crate) fn binary(name: &str) -> PathBuf {
    let dir = std::env::var_os("DAYTONA_TEST_BIN").map_or_else(|| target().join("bin"), PathBuf::from);
    let path = dir.join(name);
    assert!(path.is_file(), "{} is missing: run `make build` first, or set DAYTONA_TEST_BIN", path.display());
    path
}

/// The example that runs a server as a process of its own.
pub(crate) fn example() -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    let path = deps.parent().unwrap().parent().unwrap().join("examples/serve");
    assert!(path.is_file(), "{} is missing: `cargo build --example serve` makes it", path.display());
    path
}

fn target() -> PathBuf {
    // target/<profile>/deps/server-<hash>
    std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned()
}
