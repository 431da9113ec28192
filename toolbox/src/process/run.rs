//! One process from start to end: its output, its deadline, its leftovers.
//!
//! Without a wish for separate streams, stdout and stderr are one pipe, and the output is exactly in the
//! order in which it was written. With it they are two; each is exact, and across them the order is that of
//! arrival, stdout first when both wait, since errors usually close an output.
//!
//! The answer does not wait for what a command leaves behind: once the leader has ended, output is read on
//! until both pipes are closed, or nothing came for `QUIET`, or `LINGER` is over. Then a background process
//! keeps running, and its later output is read and dropped, so that writing neither blocks nor kills it.
//! A deadline, too much output, or a caller who goes away kill the whole session.

use super::answer::Answer;
use super::charts::ChartFilter;
use super::spool::{Spool, Stream};
use super::weight::Weight;
use crate::init::Command;
use crate::state::App;
use rustix::process::WaitStatus;
use std::future::pending;
use std::io::{self, pipe};
use std::os::fd::OwnedFd;
use std::time::Duration;
use tokio::net::unix::pipe::Receiver;
use tokio::time::{Instant, sleep_until, timeout};

/// The most output that is kept for one answer, in bytes: what it may cost of the sandbox's disk. What it may
/// take as JSON is bounded by `Weight`.
pub(super) const MAX_OUTPUT: u64 = 512 << 20;
/// After the leader's end: how long a silence ends the wait for output of processes it left.
const QUIET: Duration = Duration::from_millis(500);
/// After the leader's end: how long output of processes it left is waited for at most.
const LINGER: Duration = Duration::from_secs(5);
/// How long a killed process may take to be gone before the answer.
const AFTER_KILL: Duration = Duration::from_secs(1);
/// A pipe holds this much.
const READ: usize = 64 << 10;

/// What to run.
pub(super) struct Job {
    /// Program, arguments, environment, folder. Its input is empty unless set.
    pub command: Command,
    /// Keep stdout and stderr apart.
    pub split: bool,
    /// Take chart lines out of the output.
    pub charts: bool,
    /// When to kill it.
    pub timeout: Option<Duration>,
}

/// A process that ran to its end.
pub(super) struct Finished {
    exit_code: i32,
    spool: Spool,
    charts: Vec<Box<serde_json::value::RawValue>>,
}

/// Why a process did not run to its end.
pub(super) enum RunError {
    /// It could not be started.
    Start(io::Error),
    /// It was killed at its deadline.
    Timeout(Duration),
    /// It was killed for printing too much.
    TooLarge,
    /// It was killed because its output could not be kept.
    Spool(io::Error),
}

impl Finished {
    /// The HTTP answer in the making.
    pub(super) fn into_answer(self, split: bool) -> Answer {
        Answer::new(self.exit_code, self.spool, self.charts, split)
    }

    /// The first piece of stdout, for short answers of helper programs; none when the program failed.
    pub(super) async fn stdout_head(self) -> Option<String> {
        let (mut frames, mut head) = (self.spool.into_frames(), Vec::new());
        while let Some(stream) = frames.next(&mut head).await.ok()? {
            if self.exit_code == 0 && stream == Stream::Stdout {
                return String::from_utf8(head).ok();
            }
        }
        None
    }
}

/// Runs the job. Dropping the future kills the process and its session.
pub(super) async fn run(app: &App, job: Job) -> Result<Finished, RunError> {
    let Job { command, split, charts, timeout: limit } = job;
    let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
    // Waiting for its turn is a part of its time.
    let (child, stdout, stderr) = tokio::select! {
        biased;
        started = start(app, command, split) => started.map_err(RunError::Start)?,
        () = at(deadline) => return Err(RunError::Timeout(limit.unwrap_or_default())),
    };
    let mut capture = Capture {
        stdout: Some(stdout),
        stderr,
        spool: Spool::new(app.temp_dir()),
        weight: Weight::new(split),
        charts: charts.then(ChartFilter::new),
    };
    // Declared after the pipes, so dropped before them: the session is killed before it can notice that no one
    // reads any more, and go on to its next command.
    let mut child = child;
    let mut buffer = vec![0; READ];
    let mut ended: Option<(WaitStatus, Instant)> = None;
    let mut last_output = Instant::now();

    let status = loop {
        let until = match &ended {
            None => deadline,
            Some((status, _)) if capture.closed() => break *status,
            Some((_, at)) => Some((*at + LINGER).min(last_output.max(*at) + QUIET)),
        };
        tokio::select! {
            biased;
            () = at(until) => match (&ended, limit) {
                (Some((status, _)), _) => {
                    // What is in the pipes by now came in time, when it was the toolbox that was late.
                    capture.rest(&mut buffer).await?;
                    break *status;
                }
                (None, limit) => {
                    child.kill();
                    let _ = timeout(AFTER_KILL, &mut child.exit).await;
                    return Err(RunError::Timeout(limit.unwrap_or_default()));
                }
            },
            which = capture.readable() => {
                if capture.read(which, &mut buffer).await? {
                    last_output = Instant::now();
                }
            }
            status = &mut child.exit, if ended.is_none() => {
                // The sender lives in the reaper until it sends, so the other case is out of reach.
                let status = status.map_err(|_| RunError::Start(io::Error::other("the process was lost")))?;
                ended = Some((status, Instant::now()));
            }
        }
    };
    capture.leave();
    let mut charts = Vec::new();
    if let Some(filter) = capture.charts.take() {
        let (rest, found) = filter.finish();
        capture.keep(Stream::Stdout, &rest).await?;
        charts = found;
    }
    capture.spool.finish().await.map_err(RunError::Spool)?;
    Ok(Finished { exit_code: exit_code(status), spool: capture.spool, charts })
}

async fn start(
    app: &App,
    mut command: Command,
    split: bool,
) -> io::Result<(crate::init::Child, Receiver, Option<Receiver>)> {
    let (stdout, stdout_end) = pipe()?;
    let (stderr, stderr_end) = if split {
        let (stderr, end) = pipe()?;
        (Some(stderr), end)
    } else {
        (None, stdout_end.try_clone()?)
    };
    command.stdout(stdout_end).stderr(stderr_end);
    let stdout = Receiver::from_owned_fd(OwnedFd::from(stdout))?;
    let stderr = stderr.map(|stderr| Receiver::from_owned_fd(OwnedFd::from(stderr))).transpose()?;
    Ok((app.reaper.spawn_in_turn(command).await?, stdout, stderr))
}

/// 0 to 255 as the process said; 128 + n when signal n ended it.
pub(super) fn exit_code(status: WaitStatus) -> i32 {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => code,
        (None, Some(signal)) => 128 + signal,
        (None, None) => -1,
    }
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => pending().await,
    }
}

/// The pipes of one process and where their content goes.
struct Capture {
    stdout: Option<Receiver>,
    stderr: Option<Receiver>,
    spool: Spool,
    weight: Weight,
    charts: Option<ChartFilter>,
}

impl Capture {
    fn closed(&self) -> bool {
        self.stdout.is_none() && self.stderr.is_none()
    }

    /// Which stream has something, or has ended.
    async fn readable(&self) -> Stream {
        tokio::select! {
            biased;
            _ = ready(self.stdout.as_ref()) => Stream::Stdout,
            _ = ready(self.stderr.as_ref()) => Stream::Stderr,
        }
    }

    /// Reads once from `which`. True when something came.
    async fn read(&mut self, which: Stream, buffer: &mut [u8]) -> Result<bool, RunError> {
        let pipe = match which {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        let got = match pipe.as_ref().map(|pipe| pipe.try_read(buffer)) {
            Some(Ok(0)) | None => {
                *pipe = None;
                return Ok(false);
            }
            Some(Ok(got)) => &buffer[..got],
            Some(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Some(Err(error)) => return Err(RunError::Spool(error)),
        };
        self.take(which, got).await?;
        Ok(true)
    }

    /// Reads what is in the pipes at this moment, asking the system itself: what the runtime was told may be old.
    async fn rest(&mut self, buffer: &mut [u8]) -> Result<(), RunError> {
        for which in [Stream::Stdout, Stream::Stderr] {
            let pipe = match which {
                Stream::Stdout => &self.stdout,
                Stream::Stderr => &self.stderr,
            };
            if let Some(Ok(got)) = pipe.as_ref().map(|pipe| rustix::io::read(pipe, &mut *buffer)) {
                self.take(which, &buffer[..got]).await?;
            }
        }
        Ok(())
    }

    async fn take(&mut self, which: Stream, got: &[u8]) -> Result<(), RunError> {
        match (&mut self.charts, which) {
            (Some(filter), Stream::Stdout) => {
                let text = filter.push(got);
                self.keep(which, &text).await
            }
            _ => self.keep(which, got).await,
        }
    }

    /// Keeps output for the answer, as long as the answer can carry it.
    async fn keep(&mut self, which: Stream, data: &[u8]) -> Result<(), RunError> {
        self.weight.add(which, data);
        self.spool.push(which, data).await.map_err(RunError::Spool)?;
        let fits = self.spool.len() <= MAX_OUTPUT && !self.weight.is_too_much();
        if fits { Ok(()) } else { Err(RunError::TooLarge) }
    }

    /// Keeps reading what background processes still print, without keeping it.
    fn leave(&mut self) {
        for pipe in [self.stdout.take(), self.stderr.take()].into_iter().flatten() {
            tokio::spawn(discard(pipe));
        }
    }
}

async fn ready(pipe: Option<&Receiver>) {
    match pipe {
        // An error is found again, and handled, by the read that follows.
        Some(pipe) => drop(pipe.readable().await),
        None => pending().await,
    }
}

async fn discard(pipe: Receiver) {
    let mut buffer = vec![0; 4096];
    loop {
        if pipe.readable().await.is_err() {
            return;
        }
        match pipe.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(_) => tokio::task::yield_now().await,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}
