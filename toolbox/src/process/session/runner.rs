//! The task that owns a session's shell: runs its commands one after another, and ends it all at the end.

use super::super::spool::Stream;
use super::command::Command;
use super::log::End;
use super::shell::Shell;
use super::store::Session;
use crate::init::Tree;
use rustix::process::Signal;
use std::fs::{File, OpenOptions};
use std::future::pending;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::unix::pipe::{self, Receiver};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// How long a session's processes have after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);
/// How often they are looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);
/// A line that stays incomplete for so long is shown as far as it is.
const PAUSE: Duration = Duration::from_millis(100);
/// A pipe holds this much.
const READ: usize = 64 << 10;

/// Runs what is queued until the session is deleted.
pub(super) async fn run(session: Arc<Session>, mut shell: Shell, mut queue: UnboundedReceiver<Arc<Command>>) {
    let mut tree = shell.tree();
    let serving = async {
        serve(&mut shell, &mut queue).await;
        session.close(End::NotRun).await;
        pending::<()>().await;
    };
    let ending = async {
        session.cancel.cancelled().await;
        session.close(End::Cancelled).await;
        end(&mut tree).await;
    };
    // Serving goes on until the end: who writes a farewell shall not die of a broken pipe before.
    tokio::select! {
        () = ending => {}
        () = serving => {}
    }
    session.done.cancel();
}

/// Ends all processes: asks, waits a while, kills.
async fn end(tree: &mut Tree) {
    tree.signal(Signal::TERM);
    // A stopped process cannot act on SIGTERM.
    tree.signal(Signal::CONT);
    let quiet = async {
        while tree.alive() {
            sleep(LOOK).await;
        }
    };
    if timeout(GRACE, quiet).await.is_err() {
        tree.signal(Signal::KILL);
    }
}

async fn serve(shell: &mut Shell, queue: &mut UnboundedReceiver<Arc<Command>>) {
    while !shell.is_gone() {
        let command = tokio::select! {
            biased;
            () = shell.ended() => return,
            command = queue.recv() => command,
        };
        let Some(command) = command else { return };
        if command.log.progress().end.is_some() {
            continue;
        }
        let code = match Pipes::open(&command) {
            Ok(pipes) => pipes.capture(shell, &command).await,
            Err(error) => {
                let why = format!("not run: cannot open the pipes of the command: {error}\n");
                command.log.record(Stream::Stderr, why.as_bytes()).await;
                -1
            }
        };
        command.finish(End::Exit(code)).await;
    }
}

/// The reading ends of a command's output.
struct Pipes {
    stdout: Option<Receiver>,
    stderr: Option<Receiver>,
    /// Writing ends, so that the output has no end before the shell has opened it.
    keep: [File; 2],
}

impl Pipes {
    fn open(command: &Command) -> io::Result<Self> {
        let files = &command.files;
        let receiver = |path: &Path| pipe::OpenOptions::new().open_receiver(path);
        let (stdout, stderr) = (receiver(&files.stdout)?, receiver(&files.stderr)?);
        let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).map_err(io::Error::other)?;
        let writer = |path: &Path| OpenOptions::new().write(true).custom_flags(nonblock).open(path);
        let keep = [writer(&files.stdout)?, writer(&files.stderr)?];
        Ok(Self { stdout: Some(stdout), stderr: Some(stderr), keep })
    }

    /// Runs the command and logs what it prints, until its code is known and everyone has closed its output.
    async fn capture(mut self, shell: &mut Shell, command: &Command) -> i32 {
        shell.begin(command).await;
        let mut keep = Some(self.keep);
        let mut code = None;
        let mut flush_at = None;
        let mut buffer = vec![0; READ];
        loop {
            if let (Some(code), None, None) = (code, &self.stdout, &self.stderr) {
                return code;
            }
            tokio::select! {
                biased;
                () = readable(self.stdout.as_ref(), self.stderr.as_ref()) => {
                    // One piece of each in turn, so that neither waits for the end of the other.
                    let streams = [(Stream::Stdout, &mut self.stdout), (Stream::Stderr, &mut self.stderr)];
                    for (stream, pipe) in streams {
                        if let Some(got) = read(pipe, &mut buffer) {
                            command.log.append(stream, &buffer[..got]).await;
                            flush_at = Some(Instant::now() + PAUSE);
                        }
                    }
                }
                reported = shell.code(command.number), if code.is_none() => {
                    code = Some(reported);
                    keep = None;
                }
                () = at(flush_at) => {
                    flush_at = None;
                    command.log.flush().await;
                }
            }
            // Held until here on purpose.
            let _ = &keep;
        }
    }
}

/// Reads once, if something is there.
fn read(pipe: &mut Option<Receiver>, buffer: &mut [u8]) -> Option<usize> {
    match pipe.as_ref()?.try_read(buffer) {
        Ok(0) => {
            *pipe = None;
            None
        }
        Ok(got) => Some(got),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
        Err(_) => {
            *pipe = None;
            None
        }
    }
}

async fn readable(stdout: Option<&Receiver>, stderr: Option<&Receiver>) {
    tokio::select! {
        () = ready(stdout) => {}
        () = ready(stderr) => {}
    }
}

async fn ready(pipe: Option<&Receiver>) {
    match pipe {
        // An error is found again, and handled, by the read that follows.
        Some(pipe) => drop(pipe.readable().await),
        None => pending().await,
    }
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => pending().await,
    }
}
