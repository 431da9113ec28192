//! The one owner of waitpid: starts processes, reaps every child of this one, and hands an exit status to
//! whoever started the child.
//!
//! What must stay true: nothing else waits for children (so neither `Child::wait` nor tokio's processes),
//! and starting and registering happen under the lock that reaping takes, so that no status is lost however
//! soon a child ends. A kill happens under that lock too and only while the leader is not reaped; a recycled
//! process id is never hit.

use super::Tree;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, kill_process_group};
use std::collections::{HashMap, HashSet};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, timeout};

/// How long a start waits at the sandbox's limit of processes while nothing else starts either.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it looks for room itself: what ends is not always a child of this process.
const LOOK: Duration = Duration::from_millis(20);

type Running = HashMap<Pid, oneshot::Sender<WaitStatus>>;

/// Starts and reaps.
#[derive(Debug, Default)]
pub(crate) struct Reaper {
    running: Mutex<Running>,
    reaped: Notify,
    /// Whoever starts in turn holds it until it has started; when that was the last time.
    turn: tokio::sync::Mutex<Option<Instant>>,
    /// A child has gone, so there may be room for another.
    room: Notify,
}

/// A started process, leader of its own session and process group. Dropping it before it ended kills the
/// whole session.
#[derive(Debug)]
pub(crate) struct Child {
    pid: Pid,
    /// Resolves with how the process ended.
    pub exit: oneshot::Receiver<WaitStatus>,
    reaper: Arc<Reaper>,
}

impl Reaper {
    /// Starts `command` in a session of its own.
    pub(crate) fn spawn(self: &Arc<Self>, command: &mut Command) -> io::Result<Child> {
        lead_a_session(command);
        self.start(command)
    }

    /// The same, in turn, and waiting while the limit of processes is reached: a thousand commands at once run as
    /// there is room. Who sees nothing start for long gets the error of the system.
    pub(crate) async fn spawn_in_turn(self: &Arc<Self>, command: &mut Command) -> io::Result<Child> {
        lead_a_session(command);
        let came = Instant::now();
        let mut last = self.turn.lock().await;
        let until = last.map_or(came, |last| last.max(came)) + PATIENCE;
        loop {
            match self.start(command) {
                Err(error)
                    if Errno::from_io_error(&error) == Some(Errno::AGAIN) && Instant::now() < until =>
                {
                    let _ = timeout(LOOK, self.room.notified()).await;
                }
                Err(error) => return Err(error),
                Ok(child) => {
                    *last = Some(Instant::now());
                    return Ok(child);
                }
            }
        }
    }

    fn start(self: &Arc<Self>, command: &mut Command) -> io::Result<Child> {
        let mut running = self.running();
        let started = command.spawn()?;
        let pid = i32::try_from(started.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::other("the system gave an impossible process id"))?;
        let (sender, exit) = oneshot::channel();
        running.insert(pid, sender);
        Ok(Child { pid, exit, reaper: Arc::clone(self) })
    }

    /// Reaps whatever has ended. True when no child is left at all.
    pub(crate) fn collect(&self) -> bool {
        let mut running = self.running();
        loop {
            match rustix::process::wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) => {
                    // An orphan that was handed to process 1 has no one waiting; neither has a cancelled one.
                    if let Some(waiting) = running.remove(&pid) {
                        let _ = waiting.send(status);
                    }
                }
                Ok(None) => return false,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return true,
            }
        }
    }

    /// Reaps as long as this process lives. `sigchld` must have been made before the first spawn.
    pub(crate) async fn run(self: Arc<Self>, mut sigchld: tokio::signal::unix::Signal) {
        while sigchld.recv().await.is_some() {
            self.collect();
            self.reaped.notify_one();
            self.room.notify_one();
        }
    }

    /// Resolves when no child is left.
    pub(crate) async fn childless(&self) {
        while !self.collect() {
            self.reaped.notified().await;
        }
    }

    /// Sends `signal` to the groups of all processes that were started here and have not ended.
    pub(crate) fn signal_started(&self, signal: Signal) {
        for pid in self.running().keys() {
            let _ = kill_process_group(*pid, signal);
        }
    }

    fn kill_session(&self, leader: Pid) {
        let running = self.running();
        if running.contains_key(&leader) {
            let _ = kill_process_group(leader, Signal::KILL);
            kill_session_members(leader);
        }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Child {
    /// Kills the process, its group, and whoever left the group but not the session: `timeout` and shells
    /// with job control make groups of their own.
    pub(crate) fn kill(&self) {
        self.reaper.kill_session(self.pid);
    }

    /// The processes that come from it, now and later. Call when it was just started.
    pub(crate) fn tree(&self) -> Tree {
        Tree::of(self.pid)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Once for each command, however often it is tried.
fn lead_a_session(command: &mut Command) {
    // SAFETY: setsid is async-signal-safe and allocates nothing; a fresh child is never a group leader,
    // so it does not fail.
    unsafe { command.pre_exec(|| rustix::process::setsid().map(|_| ()).map_err(Into::into)) };
}

/// Kills the members of `session` until a look finds no new one, since one may fork while we look.
fn kill_session_members(session: Pid) {
    let mut killed = HashSet::new();
    // Bounded, because code that forks faster than we look must not hold up everyone else.
    for _ in 0..32 {
        let found: Vec<Pid> = members(session).into_iter().filter(|pid| killed.insert(*pid)).collect();
        if found.is_empty() {
            return;
        }
        for pid in found {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

fn members(session: Pid) -> Vec<Pid> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(Pid::from_raw).filter(|pid| session_of(*pid) == Some(session)).collect()
}

fn session_of(pid: Pid) -> Option<Pid> {
    // Not rustix's getsid: it takes the answer for a process id, but a session whose leader lives outside
    // this pid namespace is 0.
    // SAFETY: getsid(2) reads one number and touches no memory.
    Pid::from_raw(unsafe { libc::getsid(pid.as_raw_pid()) }.max(0))
}
