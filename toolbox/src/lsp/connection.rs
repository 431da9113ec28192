//! The line to one language server: its process, what goes to it, and who waits for which answer.
//!
//! One task owns the process and its pipes. It ends with the process, with the first thing that is no message,
//! or when it is told to; then everyone who waits learns why, and the whole session is killed. A request whose
//! caller goes away is cancelled at the server.

use super::codec::Messages;
use super::rpc::{self, Incoming};
use crate::init::{Child, Command, Reaper};
use futures::future::FusedFuture;
use futures::{FutureExt, StreamExt};
use rustix::process::{Signal, WaitStatus};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::io::{self, pipe};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::codec::FramedRead;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Messages that wait until the server reads them.
const QUEUE: usize = 64;
/// As much of its stderr as is kept to explain its end.
const LAST_WORDS: usize = 4 << 10;
/// How long a server that closed its output may take to end by itself.
const GONE: Duration = Duration::from_secs(1);
/// After the end of all its processes: how long its last words are read, should something else hold them up.
const LINGER: Duration = Duration::from_millis(500);
/// How often what is left of a server is killed: code that forks faster must not hold up everyone else.
const KILLS: usize = 32;

/// Why a request has no result.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    /// The server has ended, and how.
    Ended(String),
    /// The server says no.
    Refused(String),
}

type Waiting = HashMap<i64, oneshot::Sender<Result<Box<RawValue>, String>>>;

/// The line. Dropping it ends the server.
#[derive(Debug)]
pub(super) struct Connection {
    outgoing: mpsc::Sender<Vec<u8>>,
    shared: Arc<Shared>,
    end: CancellationToken,
    _end_with_it: DropGuard,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    over: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    last_id: i64,
    waiting: Waiting,
    /// How the server ended.
    ended: Option<String>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the process is told and says.
struct Pipes {
    stdin: Sender,
    stdout: Receiver,
    stderr: Receiver,
}

impl Connection {
    /// Starts the server.
    pub(super) fn open(reaper: &Arc<Reaper>, mut command: Command) -> io::Result<Self> {
        let ((stdin_end, stdin), (stdout, stdout_end), (stderr, stderr_end)) = (pipe()?, pipe()?, pipe()?);
        command.stdin(stdin_end).stdout(stdout_end).stderr(stderr_end);
        let pipes = Pipes {
            stdin: Sender::from_owned_fd(OwnedFd::from(stdin))?,
            stdout: Receiver::from_owned_fd(OwnedFd::from(stdout))?,
            stderr: Receiver::from_owned_fd(OwnedFd::from(stderr))?,
        };
        let child = reaper.spawn(&command)?;
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let (shared, end) = (Arc::<Shared>::default(), CancellationToken::new());
        let task = run(child, pipes, queue, outgoing.downgrade(), Arc::clone(&shared), end.clone());
        tokio::spawn(task);
        Ok(Self { outgoing, shared, _end_with_it: end.clone().drop_guard(), end })
    }

    /// Sends a request and waits for its result. Dropping the future cancels it.
    pub(super) async fn request(&self, method: &str, params: &Value) -> Result<Box<RawValue>, Failure> {
        let (sender, answer) = oneshot::channel();
        let id = {
            let mut state = self.shared.state();
            if let Some(how) = &state.ended {
                return Err(Failure::Ended(how.clone()));
            }
            state.last_id += 1;
            let id = state.last_id;
            state.waiting.insert(id, sender);
            id
        };
        let mut asked = Asked { connection: self, id, sent: false };
        if self.outgoing.send(rpc::request(id, method, params)).await.is_ok() {
            asked.sent = true;
        }
        match answer.await {
            Ok(outcome) => outcome.map_err(Failure::Refused),
            Err(_) => Err(Failure::Ended(self.ended().unwrap_or_default())),
        }
    }

    /// Tells something.
    pub(super) async fn notify(&self, method: &str, params: &Value) -> Result<(), Failure> {
        let sent = self.outgoing.send(rpc::notification(method, params)).await;
        sent.map_err(|_| Failure::Ended(self.ended().unwrap_or_default()))
    }

    /// How the server ended; none while it runs.
    pub(super) fn ended(&self) -> Option<String> {
        self.shared.state().ended.clone()
    }

    /// Ends the server now. Resolves when its processes are killed.
    pub(super) async fn close(&self) {
        self.end.cancel();
        self.shared.over.cancelled().await;
    }

    /// Resolves when the server has ended.
    pub(super) async fn over(&self) {
        self.shared.over.cancelled().await;
    }
}

/// A request that waits for its answer.
struct Asked<'a> {
    connection: &'a Connection,
    id: i64,
    sent: bool,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let unanswered = self.connection.shared.state().waiting.remove(&self.id).is_some();
        if unanswered && self.sent {
            // A server that does not read cannot be told, and does not work on it either.
            let cancel = rpc::notification("$/cancelRequest", &json!({"id": self.id}));
            let _ = self.connection.outgoing.try_send(cancel);
        }
    }
}

async fn run(
    mut child: Child,
    pipes: Pipes,
    queue: mpsc::Receiver<Vec<u8>>,
    answers: mpsc::WeakSender<Vec<u8>>,
    shared: Arc<Shared>,
    end: CancellationToken,
) {
    let mut tree = child.tree();
    let last_words = Mutex::new(VecDeque::new());
    let mut listen = std::pin::pin!(listen(pipes.stderr, &last_words).fuse());
    let reason = {
        let write = write(pipes.stdin, queue);
        let read = read(pipes.stdout, &answers, &shared);
        tokio::pin!(write, read);
        let ended = async {
            tokio::select! {
                status = &mut child.exit => exited(status.ok()),
                problem = &mut read => match problem {
                    Some(problem) => problem,
                    None => exited(timeout(GONE, &mut child.exit).await.ok().and_then(Result::ok)),
                },
                () = &mut write => exited(timeout(GONE, &mut child.exit).await.ok().and_then(Result::ok)),
            }
        };
        tokio::pin!(ended);
        loop {
            tokio::select! {
                reason = &mut ended => break reason,
                () = end.cancelled() => break "it was stopped".to_owned(),
                () = &mut listen, if !listen.is_terminated() => {}
            }
        }
    };
    drop(child);
    // A server leaves helpers behind, and one that ended by itself took none along.
    for _ in 0..KILLS {
        if !tree.alive() {
            break;
        }
        tree.signal(Signal::KILL);
        tokio::task::yield_now().await;
    }
    // Its end may be known before what it said of it is read.
    if !listen.is_terminated() {
        let _ = timeout(LINGER, listen).await;
    }
    let words: Vec<u8> = last_words.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
    let words = String::from_utf8_lossy(&words);
    let reason = match words.lines().map(str::trim).rfind(|line| !line.is_empty()) {
        Some(line) => format!("{reason}; its last words: {}", line.chars().take(300).collect::<String>()),
        None => reason,
    };
    let mut state = shared.state();
    state.ended = Some(reason);
    state.waiting.clear();
    drop(state);
    shared.over.cancel();
}

fn exited(status: Option<WaitStatus>) -> String {
    match status.map(|status| (status.exit_status(), status.terminating_signal())) {
        Some((Some(code), _)) => format!("it exited with code {code}"),
        Some((_, Some(signal))) => format!("it was killed by signal {signal}"),
        _ => "it closed its output".to_owned(),
    }
}

async fn write(mut stdin: Sender, mut queue: mpsc::Receiver<Vec<u8>>) {
    while let Some(message) = queue.recv().await {
        if stdin.write_all(&message).await.is_err() {
            return;
        }
    }
}

/// Reads until the end of the output, or to what is wrong with it.
async fn read(stdout: Receiver, answers: &mpsc::WeakSender<Vec<u8>>, shared: &Shared) -> Option<String> {
    let mut messages = FramedRead::new(stdout, Messages::default());
    while let Some(message) = messages.next().await {
        let message = match message {
            Ok(message) => message,
            Err(error) => return Some(error.to_string()),
        };
        match rpc::read(&message) {
            Some(Incoming::Response(id, outcome)) => {
                if let Some(waiting) = shared.state().waiting.remove(&id) {
                    let _ = waiting.send(outcome);
                }
            }
            Some(Incoming::Request(answer)) => {
                // A server that asks and does not read goes without; waiting for it would stop the reading.
                if let Some(outgoing) = answers.upgrade() {
                    let _ = outgoing.try_send(answer);
                }
            }
            Some(Incoming::Notification) => {}
            None => return Some("what it sends is no message of the language server protocol".to_owned()),
        }
        // A flood of messages must not keep this thread from everyone else.
        tokio::task::yield_now().await;
    }
    None
}

/// Keeps the end of what the server complains about. Does not resolve: the other pipe tells of its end.
async fn listen(mut stderr: Receiver, last_words: &Mutex<VecDeque<u8>>) {
    let mut buffer = vec![0; LAST_WORDS];
    while let Ok(read @ 1..) = stderr.read(&mut buffer).await {
        keep(last_words, &buffer[..read]);
        tokio::task::yield_now().await;
    }
}

fn keep(last_words: &Mutex<VecDeque<u8>>, bytes: &[u8]) {
    let mut words = last_words.lock().unwrap_or_else(PoisonError::into_inner);
    words.extend(bytes);
    let surplus = words.len().saturating_sub(LAST_WORDS);
    words.drain(..surplus);
}
