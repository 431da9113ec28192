//! Starts the local server, once however many clients want it.

use super::{LocalTarget, Server, binary, find, make_data_dir, unavailable};
use crate::config::env_vars;
use crate::transport::clients::Clients;
use crate::{Error, Result};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// From the start of the binary until it says that the server is ready.
const READY_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a server that holds the folder may take to appear before another is tried.
const MAKING_ROOM: Duration = Duration::from_millis(500);
const POLL: Duration = Duration::from_millis(10);
/// `daytona serve` exits with this when another server holds the data folder.
pub const EXIT_ALREADY_RUNNING: u8 = 3;
/// As much of the log, and of what the binary said, as an error repeats.
const TAIL: u64 = 2048;

/// Starts the server of `data_dir` unless another client just did.
pub(super) async fn start(
    target: &LocalTarget,
    data_dir: &Path,
    clients: &Clients,
    verb: &str,
) -> Result<Server> {
    let until = Instant::now() + READY_TIMEOUT;
    make_data_dir(data_dir)
        .map_err(|error| unavailable(verb, format!("the data folder {}: {error}", data_dir.display())))?;
    let _lock = lock(data_dir, until, verb).await?;
    if let Some(server) = find::running(data_dir, clients, verb).await? {
        return Ok(server);
    }
    let binary = binary::locate(target, verb)?;
    loop {
        tracing::debug!(binary = %binary.display(), data_dir = %data_dir.display(), "starting the local server");
        let attempt = attempt(&binary, data_dir, until).await.map_err(|error| {
            unavailable(verb, format!("{} could not be started: {error}", binary.display()))
        })?;
        let settled = match attempt.status {
            // Someone who does not take `start.lock` (a person, in a terminal) holds the folder: their server
            // is starting, or ending. The one will appear; the other makes room for a second attempt.
            Some(status) if status.code() == Some(EXIT_ALREADY_RUNNING.into()) => {
                Instant::now() + MAKING_ROOM
            }
            Some(status) if status.success() => until,
            Some(status) => {
                return Err(explain(
                    verb,
                    data_dir,
                    &format!("could not be started ({status})"),
                    attempt.said,
                ));
            }
            None => {
                let what = format!("was not ready within {} s", READY_TIMEOUT.as_secs());
                return Err(explain(verb, data_dir, &what, attempt.said));
            }
        };
        while Instant::now() < settled.min(until) {
            if let Some(server) = find::running(data_dir, clients, verb).await? {
                return Ok(server);
            }
            sleep(POLL).await;
        }
        if Instant::now() >= until {
            return Err(explain(verb, data_dir, "runs and does not answer", attempt.said));
        }
    }
}

/// How one run of the binary ended, and what it said.
struct Attempt {
    /// None when it had to be killed.
    status: Option<ExitStatus>,
    said: File,
}

async fn attempt(binary: &Path, data_dir: &Path, until: Instant) -> std::io::Result<Attempt> {
    // A file and not a pipe: nobody has to read while the binary runs.
    let said = tempfile::tempfile()?;
    let child = spawn(binary, data_dir, &said)?;
    Ok(Attempt { status: wait(child, until).await?, said })
}

fn explain(verb: &str, data_dir: &Path, what: &str, mut said: File) -> Error {
    let said = tail(&mut said);
    let log = File::open(data_dir.join("server.log")).map(|mut log| tail(&mut log)).unwrap_or_default();
    let mut message = format!("the local server {what}");
    for (title, text) in [(": ", said), ("\nThe end of its log:\n", log)] {
        if !text.is_empty() {
            message.push_str(title);
            message.push_str(&text);
        }
    }
    unavailable(verb, format!("{message}\nRun `daytona doctor` to see what this machine lacks"))
}

fn spawn(binary: &Path, data_dir: &Path, said: &File) -> std::io::Result<Child> {
    Command::new(binary)
        .args(["serve", "--detach", "--port", "0", "--data-dir"])
        .arg(data_dir)
        // A long-lived process has no business with the credentials of the script that happened to start it.
        .env_remove(env_vars::API_KEY)
        .env_remove(env_vars::JWT_TOKEN)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(said.try_clone()?)
        .spawn()
}

/// Waits without tokio's child handling, which would install a SIGCHLD handler in the user's interpreter.
async fn wait(mut child: Child, until: Instant) -> std::io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        sleep(POLL).await;
    }
}

/// Holds `start.lock` until dropped; the kernel releases it if this process dies.
async fn lock(data_dir: &Path, until: Instant, verb: &str) -> Result<File> {
    let path = data_dir.join("start.lock");
    let fail = |reason: String| unavailable(verb, format!("{}: {reason}", path.display()));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(|error| fail(error.to_string()))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(POLL).await,
            Err(TryLockError::WouldBlock) => {
                return Err(fail("another client has been starting the local server for too long".into()));
            }
            Err(TryLockError::Error(error)) => return Err(fail(error.to_string())),
        }
    }
}

/// The end of a file, from the start of a line.
fn tail(file: &mut File) -> String {
    let mut bytes = Vec::new();
    let length = file.metadata().map(|meta| meta.len()).unwrap_or_default();
    let start = length.saturating_sub(TAIL);
    if file.seek(SeekFrom::Start(start)).is_err() || file.take(TAIL).read_to_end(&mut bytes).is_err() {
        return String::new();
    }
    let text = String::from_utf8_lossy(&bytes);
    let whole_lines = if start > 0 { text.split_once('\n').map_or("", |(_, rest)| rest) } else { &text };
    whole_lines.trim().to_owned()
}
