//! All processes that come from one: its session, and the descendants of that, whatever sessions they made.
//!
//! A process is known by its id and its time of start, so a recycled id is never hit.

use rustix::process::{Pid, Signal, kill_process};
use std::collections::HashMap;

/// Processes that were found to belong together, from the first look on.
#[derive(Debug)]
pub(crate) struct Tree {
    root: Pid,
    /// When each one started. Kept, since a child loses its parent before it is asked to end itself.
    known: HashMap<Pid, u64>,
}

/// What /proc/PID/stat says of a process that is not a zombie.
struct Process {
    pid: Pid,
    parent: i32,
    session: i32,
    start: u64,
}

impl Tree {
    /// The tree of `root`, which was just started. It may end before the others do.
    pub(super) fn of(root: Pid) -> Self {
        let start = processes().into_iter().find(|process| process.pid == root).map(|process| process.start);
        Self { root, known: start.map(|start| (root, start)).into_iter().collect() }
    }

    /// Sends `signal` to all of them, newcomers included.
    pub(crate) fn signal(&mut self, signal: Signal) {
        for pid in self.look() {
            let _ = kill_process(pid, signal);
        }
    }

    /// Whether one is left.
    pub(crate) fn alive(&mut self) -> bool {
        !self.look().is_empty()
    }

    /// Finds who is there now.
    fn look(&mut self) -> Vec<Pid> {
        let root = self.root.as_raw_pid();
        let all = processes();
        // Its number names a session of others once it has ended and all of its session with it.
        let recycled = all.iter().any(|it| it.pid == self.root && self.known.get(&it.pid) != Some(&it.start));
        let mut found: HashMap<Pid, u64> = HashMap::new();
        // Descendants of descendants take another round each.
        loop {
            let before = found.len();
            for process in &all {
                let belongs = self.known.get(&process.pid) == Some(&process.start)
                    || process.session == root && !recycled
                    || Pid::from_raw(process.parent).is_some_and(|parent| found.contains_key(&parent));
                if belongs {
                    found.insert(process.pid, process.start);
                }
            }
            if found.len() == before {
                break;
            }
        }
        self.known.extend(&found);
        found.into_keys().collect()
    }
}

fn processes() -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid: i32| {
        let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
        // The name, in parentheses, may hold anything.
        let end = stat.iter().rposition(|byte| *byte == b')')?;
        let fields: Vec<&str> = std::str::from_utf8(&stat[end + 1..]).ok()?.split_whitespace().collect();
        if matches!(*fields.first()?, "Z" | "X") {
            return None;
        }
        Some(Process {
            pid: Pid::from_raw(pid)?,
            parent: fields.get(1)?.parse().ok()?,
            session: fields.get(3)?.parse().ok()?,
            start: fields.get(19)?.parse().ok()?,
        })
    })
    .collect()
}
