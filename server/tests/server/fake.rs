//! The engine's stand-in: sandboxes that are tasks in this process, each with a toolbox that misbehaves on
//! request. For faults and races only.

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use daytona_engine::{Engine, Error, Exit, Report, Result, SandboxSpec, Status};
use futures::StreamExt;
use http::{HeaderValue, StatusCode};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::UnixListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
struct Fake {
    running: Option<CancellationToken>,
    exit: Exit,
}

/// What the toolboxes saw, over all sandboxes.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Bytes `/endless` gave away.
    pub(crate) given: AtomicU64,
    /// Calls to `/hang` that were dropped.
    pub(crate) dropped: AtomicUsize,
    /// Calls to `/hang` that began.
    pub(crate) hanging: AtomicUsize,
    /// The body of the last `POST /env`.
    pub(crate) env: Mutex<Option<serde_json::Value>>,
    /// Connections the toolbox has closed.
    pub(crate) closed: AtomicUsize,
    /// Connections accepted.
    pub(crate) connections: AtomicUsize,
}

#[derive(Debug)]
pub(crate) struct FakeEngine {
    dir: PathBuf,
    sandboxes: Mutex<HashMap<String, Fake>>,
    pub(crate) seen: Arc<Seen>,
    pub(crate) specs: Mutex<Vec<SandboxSpec>>,
    pub(crate) starts: AtomicUsize,
    /// What every sandbox is said to be held to.
    pub(crate) report: Mutex<Report>,
    /// How long a start, a stop and a removal take.
    pub(crate) slowness: Mutex<Duration>,
    /// How long the news of an end takes.
    pub(crate) lateness: Mutex<Duration>,
    /// How many ends were told.
    pub(crate) ends_told: AtomicUsize,
    pub(crate) refuse_start: AtomicBool,
    pub(crate) refuse_destroy: AtomicBool,
    /// The warm ones refuse their environment.
    pub(crate) refuse_env: Arc<AtomicBool>,
    /// Connections are closed after each answer.
    pub(crate) close_idle: Arc<AtomicBool>,
}

impl FakeEngine {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            sandboxes: Mutex::default(),
            seen: Arc::default(),
            specs: Mutex::default(),
            starts: AtomicUsize::new(0),
            report: Mutex::default(),
            slowness: Mutex::default(),
            lateness: Mutex::default(),
            ends_told: AtomicUsize::new(0),
            refuse_start: AtomicBool::new(false),
            refuse_destroy: AtomicBool::new(false),
            refuse_env: Arc::default(),
            close_idle: Arc::default(),
        }
    }

    /// Ends a sandbox from inside.
    pub(crate) fn kill(&self, id: &str, exit: Exit) {
        let mut sandboxes = self.sandboxes.lock().unwrap();
        let fake = sandboxes.get_mut(id).unwrap();
        fake.exit = exit;
        fake.running.take().unwrap().cancel();
    }

    /// Sandboxes with a folder.
    pub(crate) fn count(&self) -> usize {
        self.sandboxes.lock().unwrap().len()
    }

    pub(crate) fn add_orphan(&self, id: &str) {
        self.sandboxes.lock().unwrap().insert(id.to_owned(), Fake { running: None, exit: Exit::default() });
    }

    pub(crate) fn lose(&self, id: &str) {
        if let Some(running) = self.sandboxes.lock().unwrap().remove(id).and_then(|fake| fake.running) {
            running.cancel();
        }
    }

    fn refused(id: &str, step: &str) -> Error {
        Error::Launch { id: id.to_owned(), step: step.to_owned(), reason: "the test wants it so".to_owned() }
    }
}

#[async_trait]
impl Engine for FakeEngine {
    fn name(&self) -> &'static str {
        "fake"
    }

    async fn create(&self, spec: &SandboxSpec) -> Result<()> {
        std::fs::create_dir_all(&spec.dir).unwrap();
        let fake = Fake { running: None, exit: Exit::default() };
        let before = self.sandboxes.lock().unwrap().insert(spec.id.clone(), fake);
        assert!(before.is_none(), "{} was made twice", spec.id);
        Ok(())
    }

    async fn start(&self, spec: &SandboxSpec) -> Result<()> {
        let slowness = *self.slowness.lock().unwrap();
        if !slowness.is_zero() {
            tokio::time::sleep(slowness).await;
        }
        if self.refuse_start.load(Ordering::SeqCst) {
            return Err(Self::refused(&spec.id, "mount /proc"));
        }
        self.starts.fetch_add(1, Ordering::SeqCst);
        self.specs.lock().unwrap().push(spec.clone());
        let running = CancellationToken::new();
        let socket = self.socket(&spec.id);
        drop(std::fs::remove_file(&socket));
        let listener = UnixListener::bind(&socket).unwrap();
        let toolbox = Toolbox {
            seen: self.seen.clone(),
            refuse_env: self.refuse_env.clone(),
            close: self.close_idle.clone(),
            running: running.clone(),
        };
        tokio::spawn(serve(listener, toolbox));
        let mut sandboxes = self.sandboxes.lock().unwrap();
        let fake = sandboxes.get_mut(&spec.id).ok_or_else(|| Error::NotFound { id: spec.id.clone() })?;
        assert!(fake.running.replace(running).is_none(), "{} was started twice", spec.id);
        Ok(())
    }

    async fn stop(&self, id: &str, _: Duration) -> Result<Exit> {
        let slowness = *self.slowness.lock().unwrap();
        tokio::time::sleep(slowness).await;
        let mut sandboxes = self.sandboxes.lock().unwrap();
        let fake = sandboxes.get_mut(id).ok_or_else(|| Error::NotFound { id: id.to_owned() })?;
        if let Some(running) = fake.running.take() {
            running.cancel();
        }
        Ok(fake.exit.clone())
    }

    async fn destroy(&self, id: &str) -> Result<()> {
        if self.refuse_destroy.load(Ordering::SeqCst) {
            return Err(Self::refused(id, "remove its folder"));
        }
        let slowness = *self.slowness.lock().unwrap();
        tokio::time::sleep(slowness).await;
        self.lose(id);
        drop(std::fs::remove_dir_all(self.dir.join(id)));
        Ok(())
    }

    async fn status(&self, id: &str) -> Result<Status> {
        Ok(match self.sandboxes.lock().unwrap().get(id) {
            None => Status::Absent,
            Some(Fake { running: Some(_), .. }) => Status::Running,
            Some(fake) => Status::Stopped(fake.exit.clone()),
        })
    }

    async fn wait(&self, id: &str) -> Result<Exit> {
        let running = self.sandboxes.lock().unwrap().get(id).and_then(|fake| fake.running.clone());
        if let Some(running) = running {
            running.cancelled().await;
        }
        let lateness = *self.lateness.lock().unwrap();
        tokio::time::sleep(lateness).await;
        self.ends_told.fetch_add(1, Ordering::SeqCst);
        Ok(self.sandboxes.lock().unwrap().get(id).map(|fake| fake.exit.clone()).unwrap_or_default())
    }

    async fn report(&self, id: &str) -> Result<Option<Report>> {
        let known = self.sandboxes.lock().unwrap().contains_key(id);
        Ok(known.then(|| self.report.lock().unwrap().clone()))
    }

    async fn list(&self) -> Result<Vec<String>> {
        Ok(self.sandboxes.lock().unwrap().keys().cloned().collect())
    }

    fn socket(&self, id: &str) -> PathBuf {
        self.dir.join(id).join("toolbox.sock")
    }
}

#[derive(Clone)]
pub(crate) struct Toolbox {
    pub(crate) seen: Arc<Seen>,
    refuse_env: Arc<AtomicBool>,
    close: Arc<AtomicBool>,
    pub(crate) running: CancellationToken,
}

async fn serve(listener: UnixListener, toolbox: Toolbox) {
    let router = Router::new()
        .route("/internal/tcp/{port}", any(crate::fake_port::tunnel))
        .route("/env", any(env))
        .route("/headers", any(headers))
        .route("/uri/{*rest}", any(uri))
        .route("/echo", any(echo))
        .route("/socket", any(socket))
        .route("/hang", any(hang))
        .route("/endless", any(endless))
        .route("/hostile", any(hostile))
        .route("/many-headers", any(many_headers))
        .route("/switch", any(async || StatusCode::SWITCHING_PROTOCOLS))
        .route("/half", any(half))
        .route("/count", any(async |body: Bytes| body.len().to_string()))
        .with_state(toolbox.clone());
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted.unwrap().0,
            // Dropping the set cuts every connection, as the end of a sandbox does.
            () = toolbox.running.cancelled() => return,
        };
        toolbox.seen.connections.fetch_add(1, Ordering::SeqCst);
        let (router, close) = (router.clone(), toolbox.close.load(Ordering::SeqCst));
        let seen = toolbox.seen.clone();
        connections.spawn(async move {
            let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                tower_service::Service::call(&mut router.clone(), request.map(Body::new))
            });
            let mut http = hyper::server::conn::http1::Builder::new();
            if close {
                // Closed once idle, without the `connection: close` that would warn the client.
                http.timer(hyper_util::rt::TokioTimer::new()).header_read_timeout(Duration::from_millis(20));
            }
            drop(http.serve_connection(TokioIo::new(stream), service).with_upgrades().await);
            seen.closed.fetch_add(1, Ordering::SeqCst);
        });
    }
}

async fn env(State(toolbox): State<Toolbox>, body: Bytes) -> StatusCode {
    if toolbox.refuse_env.load(Ordering::SeqCst) {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    *toolbox.seen.env.lock().unwrap() = Some(serde_json::from_slice(&body).unwrap());
    StatusCode::OK
}

pub(crate) async fn headers(request: Request) -> Response {
    let seen: BTreeMap<String, String> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    axum::Json(seen).into_response()
}

pub(crate) async fn uri(request: Request) -> String {
    request.uri().to_string()
}

pub(crate) async fn echo(request: Request) -> Response {
    Response::new(request.into_body())
}

pub(crate) async fn socket(State(toolbox): State<Toolbox>, mut request: Request) -> Response {
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(toolbox.running.run_until_cancelled_owned(async move {
        let upgraded = upgrade.await.unwrap();
        let (mut from, mut to) = tokio::io::split(TokioIo::new(upgraded));
        drop(tokio::io::copy(&mut from, &mut to).await);
    }));
    (
        StatusCode::SWITCHING_PROTOCOLS,
        [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-protocol", "echo")],
    )
        .into_response()
}

struct Noted(Arc<Seen>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

pub(crate) async fn hang(State(toolbox): State<Toolbox>) -> StatusCode {
    let _noted = Noted(toolbox.seen.clone());
    toolbox.seen.hanging.fetch_add(1, Ordering::SeqCst);
    std::future::pending().await
}

pub(crate) async fn endless(State(toolbox): State<Toolbox>) -> Body {
    let noted = Noted(toolbox.seen.clone());
    let block = Bytes::from(vec![b'x'; 64 << 10]);
    Body::from_stream(futures::stream::repeat(block).map(move |block| {
        noted.0.given.fetch_add(block.len() as u64, Ordering::SeqCst);
        Ok::<_, std::convert::Infallible>(block)
    }))
}

/// Claims to be the server itself.
async fn hostile() -> Response {
    let headers = [
        ("set-cookie", "session=stolen"),
        ("x-request-id", "mine"),
        ("x-daytona-api-version", "666"),
        ("content-security-policy", "default-src *"),
        ("keep-alive", "timeout=9999"),
    ];
    (headers, "<script>alert(1)</script>").into_response()
}

async fn many_headers() -> Response {
    let mut response = StatusCode::OK.into_response();
    for number in 0..500 {
        let name = http::HeaderName::from_bytes(format!("x-{number}").as_bytes()).unwrap();
        response.headers_mut().insert(name, HeaderValue::from_static("x"));
    }
    response
}

/// Half of what it promises, then nothing more.
pub(crate) async fn half() -> Response {
    let first = futures::stream::once(async { Ok::<_, std::io::Error>(Bytes::from_static(b"half")) });
    let rest = futures::stream::once(async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(std::io::Error::other("gone"))
    });
    Body::from_stream(first.chain(rest)).into_response()
}
