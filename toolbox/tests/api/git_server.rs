//! A git server with passwords: real HTTP in front of the real `git http-backend`.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

pub(crate) const USER: &str = "alice";
/// Has in it what shells, URLs and lines of text treat in ways of their own.
pub(crate) const PASSWORD: &str = "pa55 Zq7MarkerX4:/\u{e4}%41'\"$(x)\\n";
/// The part of it that no encoding of URLs changes. Unlike anything else on the machine, so that finding it
/// means that the password leaked.
pub(crate) const MARKER: &str = "Zq7MarkerX4";

/// Serves `repo.git`, which everyone must have the password for; `forbidden.git`, which no one may use;
/// `elsewhere`, which redirects to another port.
pub(crate) struct GitServer {
    pub(crate) port: u16,
    root: TempDir,
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    /// Each request that is allowed in takes one.
    gate: Semaphore,
    waiting: Semaphore,
    redirect: Mutex<Option<u16>>,
    /// Authorization headers of everyone who asked.
    asked: Mutex<Vec<String>>,
}

impl GitServer {
    /// A server whose repository has one commit on `main` with a file `readme`, and one more on `side`.
    pub(crate) async fn start() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let script = "set -e; git init -q --bare -b main repo.git; git -C repo.git config http.receivepack true; \
            cp -r repo.git forbidden.git; git init -q -b main work; cd work; \
            git config user.name a; git config user.email a@b; \
            echo one > readme; git add .; git commit -q -m first; \
            git checkout -q -b side; echo two > readme; git commit -q -a -m second; git tag v1; \
            git checkout -q main; git push -q ../repo.git main side v1; git init -q --bare ../empty.git";
        assert!(run(root.path(), "sh", &["-c", script]).await, "the repository is made");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            root: root.path().to_owned(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS / 2),
            waiting: Semaphore::new(0),
            redirect: Mutex::default(),
            asked: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                let service = service_fn(move |request| answer(Arc::clone(&shared), request));
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        Self { port, root, shared }
    }

    pub(crate) fn url(&self, repository: &str) -> String {
        format!("http://127.0.0.1:{}/{repository}", self.port)
    }

    /// Lets nobody in from now on, though they have the password, until `open`.
    pub(crate) fn close(&self) {
        self.shared.gate.forget_permits(usize::MAX);
        self.shared.waiting.forget_permits(usize::MAX);
    }

    pub(crate) fn open(&self) {
        self.shared.gate.add_permits(1 << 20);
    }

    /// Waits until someone with the password stands before the closed door.
    pub(crate) async fn someone_waits(&self) {
        let waits = crate::harness::in_time(self.shared.waiting.acquire()).await;
        waits.expect("never closed").forget();
    }

    pub(crate) fn redirect_to(&self, port: u16) {
        *self.shared.redirect.lock().expect("not poisoned") = Some(port);
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().expect("not poisoned").clone()
    }

    /// Commits to a branch of `repo.git`, as someone else does.
    pub(crate) async fn commit_elsewhere(&self, branch: &str, content: &str) {
        let script = format!(
            "cd work && git fetch -q ../repo.git {branch} && git checkout -q -B {branch} FETCH_HEAD && \
             echo {content} > theirs && git add . && git commit -q -m {content} && git push -q ../repo.git {branch}"
        );
        assert!(run(self.root.path(), "sh", &["-c", &script]).await);
    }

    /// The commit a branch of `repo.git` is at.
    pub(crate) async fn head(&self, branch: &str) -> String {
        let mut command = git_command(&self.root.path().join("repo.git"), "git");
        let output = command.args(["rev-parse", branch]).output().await.expect("git runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

fn git_command(dir: &Path, program: &str) -> tokio::process::Command {
    let mut command = tokio::process::Command::new(program);
    command.current_dir(dir).env("HOME", dir).env("GIT_CONFIG_NOSYSTEM", "1").kill_on_drop(true);
    command
}

async fn run(dir: &Path, program: &str, args: &[&str]) -> bool {
    git_command(dir, program).args(args).status().await.expect("it runs").success()
}

/// What `Authorization` must be.
pub(crate) fn authorization() -> String {
    format!("Basic {}", base64(format!("{USER}:{PASSWORD}").as_bytes()))
}

/// Small, because nothing else here needs it.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks(3).flat_map(|group| {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        let letters = (0..4).map(move |index| match index <= group.len() {
            true => char::from(LETTERS[bits >> (18 - 6 * index) & 63]),
            false => '=',
        });
        letters.collect::<Vec<_>>()
    });
    groups.collect()
}

async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let authorization_sent = head.headers.get("authorization").and_then(|value| value.to_str().ok());
    let authorization_sent = authorization_sent.unwrap_or_default().to_owned();
    shared.asked.lock().expect("not poisoned").push(authorization_sent.clone());
    let plain = |status: StatusCode, header: (&str, String)| {
        Response::builder().status(status).header(header.0, header.1).body(Full::default()).expect("valid")
    };
    let redirect = *shared.redirect.lock().expect("not poisoned");
    if let Some(port) = redirect {
        let to = format!("http://127.0.0.1:{port}{}", head.uri);
        return Ok(plain(StatusCode::FOUND, ("location", to)));
    }
    if authorization_sent != authorization() {
        let realm = ("www-authenticate", "Basic realm=\"git\"".to_owned());
        return Ok(plain(StatusCode::UNAUTHORIZED, realm));
    }
    if head.uri.path().starts_with("/forbidden.git") {
        return Ok(plain(StatusCode::FORBIDDEN, ("x-why", "rules".to_owned())));
    }
    shared.waiting.add_permits(1);
    shared.gate.acquire().await.expect("never closed").forget();
    let text = |name: &str| {
        head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let mut child = git_command(&shared.root, "git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", &shared.root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REMOTE_USER", USER)
        .env("REMOTE_ADDR", "127.0.0.1")
        .env("PATH_INFO", head.uri.path())
        .env("QUERY_STRING", head.uri.query().unwrap_or_default())
        .env("REQUEST_METHOD", head.method.as_str())
        .env("CONTENT_TYPE", text("content-type"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", text("content-encoding"))
        .env("GIT_PROTOCOL", text("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git http-backend runs");
    let mut stdin = child.stdin.take().expect("piped");
    let feeding = async move { drop(stdin.write_all(&body).await) };
    let (output, ()) = tokio::join!(child.wait_with_output(), feeding);
    Ok(from_cgi(&output.expect("an end").stdout))
}

/// Headers, an empty line, and the body.
fn from_cgi(printed: &[u8]) -> Response<Full<Bytes>> {
    let end = printed.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&printed[..end]);
    let mut response = Response::builder();
    for line in head.lines() {
        let (name, value) = line.split_once(':').expect("a header");
        response = match name {
            "Status" => response.status(value.trim()[..3].parse::<u16>().expect("a status")),
            _ => response.header(name, value.trim()),
        };
    }
    response.body(Full::new(Bytes::copy_from_slice(&printed[end + 4..]))).expect("valid")
}
