//! The one owner of waitpid: starts processes, reaps every child of this one, and hands an exit status to
//! whoever started the child.
//!
//! What must stay true: nothing else waits for children, and nothing is reaped from before a start until it is
//! registered, so that no status is lost however soon a child ends; whoever starts reaps afterwards. A kill happens
//! under the lock that reaping takes and only while the leader is not reaped; a recycled process id is never hit.

use super::{Command, Tree};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, kill_process_group};
use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

/// How long a start waits at the sandbox's limit of processes while nothing else starts either.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it looks for room itself: what ends is not always a child of this process.
const LOOK: Duration = Duration::from_millis(20);
/// The stack of the thread that starts.
const STACK: usize = 128 << 10;

/// The children of this process.
#[derive(Debug, Default)]
struct Children {
    running: HashMap<Pid, oneshot::Sender<WaitStatus>>,
    /// How many are being started at this moment.
    starting: usize,
}

/// Starts and reaps.
#[derive(Debug)]
pub(crate) struct Reaper {
    children: Mutex<Children>,
    reaped: Notify,
    queue: mpsc::Sender<Wish>,
    starter: Thread,
}

impl Children {
    /// Reaps what has ended, unless one is being started. True when none is left at all.
    fn reap(&mut self) -> bool {
        while self.starting == 0 {
            match rustix::process::wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) => {
                    // An orphan that was handed to process 1 has no one waiting; neither has a cancelled one.
                    if let Some(waiting) = self.running.remove(&pid) {
                        let _ = waiting.send(status);
                    }
                }
                Ok(None) => return false,
                Err(Errno::INTR) => {}
                Err(_) => return true,
            }
        }
        false
    }
}

/// A command that waits for its turn.
struct Wish {
    command: Command,
    came: Instant,
    answer: oneshot::Sender<io::Result<Child>>,
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
    /// Makes it, and the thread that starts commands in turn. That is there before anything runs here: at the limit
    /// of processes there would be no room for it.
    pub(crate) fn new() -> io::Result<Arc<Self>> {
        let (queue, wishes) = mpsc::channel::<Wish>();
        let (sender, receiver) = mpsc::channel::<Arc<Self>>();
        let starter = thread::Builder::new().name("starter".into()).stack_size(STACK).spawn(move || {
            if let Ok(reaper) = receiver.recv() {
                reaper.start_in_turn(&wishes);
            }
        })?;
        let starter = starter.thread().clone();
        let reaper = Arc::new(Self { children: Mutex::default(), reaped: Notify::new(), queue, starter });
        let _ = sender.send(Arc::clone(&reaper));
        Ok(reaper)
    }

    /// Starts `command`.
    pub(crate) fn spawn(self: &Arc<Self>, command: &Command) -> io::Result<Child> {
        self.children().starting += 1;
        let started = command.spawn();
        let mut children = self.children();
        children.starting -= 1;
        let child = started.map(|pid| {
            let (sender, exit) = oneshot::channel();
            children.running.insert(pid, sender);
            Child { pid, exit, reaper: Arc::clone(self) }
        });
        children.reap();
        self.reaped.notify_one();
        child
    }

    /// The same, in turn, and waiting while the limit of processes is reached: a thousand commands at once run as
    /// there is room. Who sees nothing start for long gets the error of the system.
    pub(crate) async fn spawn_in_turn(&self, command: Command) -> io::Result<Child> {
        let (answer, started) = oneshot::channel();
        let lost = || io::Error::other("the toolbox cannot start commands any more");
        self.queue.send(Wish { command, came: Instant::now(), answer }).map_err(|_| lost())?;
        started.await.unwrap_or_else(|_| Err(lost()))
    }

    /// What the starting thread does. A start takes a part of a millisecond, in which requests are served.
    fn start_in_turn(self: &Arc<Self>, wishes: &mpsc::Receiver<Wish>) {
        let mut last = None;
        for Wish { command, came, answer } in wishes {
            let until = last.map_or(came, |last| came.max(last)) + PATIENCE;
            // Who has left needs no process.
            while !answer.is_closed() {
                match self.spawn(&command) {
                    Err(error)
                        if Errno::from_io_error(&error) == Some(Errno::AGAIN) && Instant::now() < until =>
                    {
                        thread::park_timeout(LOOK);
                    }
                    started => {
                        if started.is_ok() {
                            last = Some(Instant::now());
                        }
                        // It holds this side's copies of the writing ends; dropping it lets the end of output be seen.
                        drop(command);
                        let _ = answer.send(started);
                        break;
                    }
                }
            }
        }
    }

    /// Reaps whatever has ended. True when no child is left at all.
    fn collect(&self) -> bool {
        self.children().reap()
    }

    /// Reaps as long as this process lives. `sigchld` must have been made before the first spawn.
    pub(crate) async fn run(self: Arc<Self>, mut sigchld: tokio::signal::unix::Signal) {
        while sigchld.recv().await.is_some() {
            self.collect();
            self.reaped.notify_one();
            // There may be room for another.
            self.starter.unpark();
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
        for pid in self.children().running.keys() {
            let _ = kill_process_group(*pid, signal);
        }
    }

    fn kill_session(&self, leader: Pid) {
        let children = self.children();
        if children.running.contains_key(&leader) {
            let _ = kill_process_group(leader, Signal::KILL);
            kill_session_members(leader);
        }
    }

    fn children(&self) -> MutexGuard<'_, Children> {
        self.children.lock().unwrap_or_else(PoisonError::into_inner)
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
