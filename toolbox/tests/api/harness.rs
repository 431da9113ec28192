//! Starts toolboxes and talks to them.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::HeaderMap;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::future::Future;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::UnixStream;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_daytona-toolbox");
/// Far longer than anything here takes on a busy machine; only a hang reaches it.
pub(crate) const LONG: Duration = Duration::from_secs(60);
/// An ordinary user for tests that start as root.
const NOBODY: u32 = 65_534;

/// A running toolbox; it ends with the value.
pub(crate) struct Toolbox {
    pub(crate) process: Child,
    /// Its working folder.
    pub(crate) dir: PathBuf,
    /// Its socket.
    pub(crate) socket: PathBuf,
    /// Whether `process` is not the toolbox but the `unshare` that made it process 1.
    pub(crate) in_pid_namespace: bool,
    _temp: TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {:?}", self.body))
    }

    /// Checks that this is an error in the published form and returns its message.
    pub(crate) fn error(&self, status: u16, code: &str) -> String {
        let body = self.json();
        assert_eq!(self.status.as_u16(), status, "{body}");
        assert_eq!(body["statusCode"], status, "{body}");
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["source"], "DAYTONA_DAEMON", "{body}");
        for key in ["path", "method", "timestamp"] {
            assert!(body[key].as_str().is_some_and(|text| !text.is_empty()), "{key} in {body}");
        }
        let message = body["message"].as_str().expect("a message");
        assert!(!message.is_empty());
        message.to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("visible characters"))
    }
}

impl Toolbox {
    /// A toolbox on this machine, as this user.
    pub(crate) async fn start() -> Self {
        Self::start_with(|command| command).await
    }

    /// A toolbox as a user whom file permissions bind.
    pub(crate) async fn start_as_ordinary_user() -> Self {
        let root = rustix::process::getuid().is_root();
        Self::start_with(|command| if root { command.uid(NOBODY).gid(NOBODY) } else { command }).await
    }

    /// A toolbox that finds the tools layer as in a sandbox; none, with the reason printed, where there is no
    /// layer. `make test` makes one and names it, and a layer that is named must be whole.
    pub(crate) async fn start_with_tools() -> Option<Self> {
        let Some(layer) = std::env::var_os("DAYTONA_TOOLS_DIR").map(PathBuf::from) else {
            eprintln!("skipped: DAYTONA_TOOLS_DIR names no tools layer; `make test-rust` makes one");
            return None;
        };
        for part in ["node", "python", "python-lsp"] {
            assert!(layer.join(part).is_dir(), "{} has no {part}; run `daytona setup`", layer.display());
        }
        let own = std::env::var_os("PATH").unwrap_or_default();
        let after = ["node/node_modules/.bin", "python-lsp/bin"].map(|folder| layer.join(folder));
        let path = [layer.join("python/bin")].into_iter().chain(std::env::split_paths(&own)).chain(after);
        let path = std::env::join_paths(path).expect("a PATH");
        Some(Self::start_with(|command| command.env("PATH", path)).await)
    }

    /// A toolbox whose command line or surroundings `change` has changed.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        Self::start_by(Path::new(BINARY), &[], change).await
    }

    /// A toolbox that `program` starts with `args` before its own command line.
    pub(crate) async fn start_by(
        program: &Path,
        args: &[&str],
        change: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Self {
        let temp = tempfile::tempdir().expect("a folder");
        // Resolved, because the toolbox shows what the kernel tells; open, for the ordinary user.
        let root = temp.path().canonicalize().expect("a folder");
        open_to_all(&root);
        let (dir, socket) = (root.join("work"), root.join("socket"));
        std::fs::create_dir(&dir).expect("a folder");
        open_to_all(&dir);
        let mut command = Command::new(program);
        command.args(args).arg("--listen").arg(&socket).arg("--workdir").arg(&dir);
        command.current_dir(&dir).stdin(Stdio::null());
        let process = change(&mut command).spawn().expect("the toolbox starts");
        let toolbox = Self { process, dir, socket, in_pid_namespace: args.contains(&"--pid"), _temp: temp };
        eventually("the toolbox answers", async || UnixStream::connect(&toolbox.socket).await.is_ok()).await;
        toolbox
    }

    /// One request on a connection of its own.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let exchange = async {
            let stream = UnixStream::connect(&self.socket).await.expect("a connection");
            let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
            let (mut sender, connection) = handshake.expect("a handshake");
            let connection = tokio::spawn(connection);
            let (head, body) = sender.send_request(request).await.expect("an answer").into_parts();
            let body = body.collect().await.expect("a whole body").to_bytes();
            connection.abort();
            Answer { status: head.status, headers: head.headers, body }
        };
        tokio::time::timeout(LONG, exchange).await.expect("an answer in time")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).header("host", "toolbox").body(Full::default()).expect("a request"))
            .await
    }

    /// A request without a body.
    pub(crate) async fn ask(&self, method: &str, path: &str) -> Answer {
        let request = Request::builder().method(method).uri(path).header("host", "toolbox");
        self.send(request.body(Full::default()).expect("a request")).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Bytes>) -> Answer {
        let request = Request::post(path).header("host", "toolbox").header("x-daytona-split-output", "true");
        self.send(request.body(Full::new(body.into())).expect("a request")).await
    }

    pub(crate) async fn post_json(&self, path: &str, body: Value) -> Answer {
        self.post(path, body.to_string()).await
    }

    /// Runs a command that must be answered with a 200.
    pub(crate) async fn execute(&self, command: &str) -> Value {
        let answer = self.post_json("/process/execute", json!({"command": command})).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.json()
    }

    /// What a command prints; it must succeed.
    pub(crate) async fn output(&self, command: &str) -> String {
        let answer = self.execute(command).await;
        assert_eq!(answer["exitCode"], 0, "{answer}");
        answer["stdout"].as_str().expect("stdout").to_owned()
    }

    /// Runs a program that must be answered with a 200.
    pub(crate) async fn run(&self, language: &str, code: &str) -> Value {
        let answer = self.post_json("/process/code-run", json!({"language": language, "code": code})).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.json()
    }

    /// The most memory it has had, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// Names in its working folder, hidden ones included, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.dir).expect("its folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Toolbox {
    fn drop(&mut self) {
        // On the host SIGKILL would leave behind what it started. `unshare --fork --kill-child` ignores
        // SIGTERM, and takes its pid namespace along when killed.
        use rustix::process::Signal;
        let signal = if self.in_pid_namespace { Signal::KILL } else { Signal::TERM };
        let _ = rustix::process::kill_process(rustix::process::Pid::from_child(&self.process), signal);
        let _ = self.process.wait();
    }
}

/// Makes a folder in `top` that is deeper than a path is long, and than a small stack has room for calls.
pub(crate) fn make_deep(top: &Path) {
    use rustix::fs::{CWD, Mode, OFlags};
    let open = |at: &dyn std::os::fd::AsFd, name: &Path| {
        rustix::fs::openat(at.as_fd(), name, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
            .expect("a folder")
    };
    let mut at = open(&CWD, top);
    for _ in 0..5000 {
        rustix::fs::mkdirat(&at, "down", Mode::RWXU).expect("a folder");
        rustix::fs::openat(&at, "file", OFlags::CREATE | OFlags::WRONLY, Mode::RUSR).expect("a file");
        at = open(&at, Path::new("down"));
    }
}

/// Polls `check` until it holds.
pub(crate) async fn eventually(what: &str, mut check: impl AsyncFnMut() -> bool) {
    let polling = async {
        while !check().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(LONG, polling).await.is_ok(), "did not happen: {what}");
}

/// Fails the test when `work` hangs.
pub(crate) async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, work).await.expect("an end in time")
}

/// `text` as part of a query.
pub(crate) fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Whether a process of that id is there and not a zombie.
pub(crate) fn alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !matches!(rest.trim_start().chars().next(), Some('Z' | 'X')))
}

fn open_to_all(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o777)).expect("permissions");
}
