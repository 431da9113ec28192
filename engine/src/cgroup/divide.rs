//! Dividing a version 2 group, and making and removing groups: everything that writes.

use super::look::{Hierarchy, hierarchies, is_empty_domain, words};
use super::{CONTROLLERS, LEAF, OURS};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Moves this process out of a group that it alone is in and that is to be divided, into one beneath. That is how
/// the kernel's documents have a delegated group be used (systemd's `Delegate=yes`); nothing happens where another
/// group can be divided, or others are in ours.
///
/// For a server, before it starts a launcher: what it starts later is then in the right group at once.
///
/// # Errors
/// When this machine's hierarchies cannot be read, or the kernel refuses.
pub fn settle() -> io::Result<()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _held = ONE_AT_A_TIME.lock();
    for at in hierarchies()?.iter().filter(|at| at.holds_us) {
        let leaf = at.parent.join(LEAF);
        match fs::create_dir(&leaf) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => set(&leaf.join("cgroup.procs"), &std::process::id().to_string())?,
        }
    }
    Ok(())
}

/// Why a controller is not to be had in a group.
pub(super) type Refused = BTreeMap<&'static str, String>;

/// Makes the group, and the one above it again when another sandbox's end removed it meanwhile. Says which
/// controllers the group lacks for all that.
pub(super) fn make(at: &Hierarchy, folder: &Path) -> Result<Refused, Unmade> {
    let ours = at.parent.join(OURS);
    for _ in 0..100 {
        fs::create_dir_all(&ours)?;
        let refused = if at.version == 2 { divide(at, &ours) } else { Refused::new() };
        match fs::create_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !remove(folder) {
                    return Err(Unmade::InUse);
                }
            }
            Err(error) => return Err(error.into()),
            Ok(()) => return Ok(refused),
        }
    }
    Err(io::Error::other(format!("{} is removed again and again", ours.display())).into())
}

/// Why there is no group.
pub(super) enum Unmade {
    /// It is there, and what is in it cannot be ended.
    InUse,
    /// The system's word.
    Refused(io::Error),
}

impl From<io::Error> for Unmade {
    fn from(error: io::Error) -> Self {
        Self::Refused(error)
    }
}

/// Has every group from the top down to `ours` give its controllers on.
fn divide(at: &Hierarchy, ours: &Path) -> Refused {
    let mut refused = Refused::new();
    let mut path: Vec<_> = ours.ancestors().take_while(|group| group.starts_with(&at.top)).collect();
    path.reverse();
    for group in path {
        for (name, why) in give(group, at) {
            refused.entry(name).or_insert(why);
        }
    }
    // What a group far above does not give on may be there all the same.
    let given = words(&ours.join("cgroup.subtree_control"));
    refused.retain(|name, _| !given.contains(name));
    for name in at.controllers.iter().filter(|name| !given.contains(*name)) {
        refused.entry(name).or_insert_with(|| format!("{} does not have it", ours.display()));
    }
    refused
}

/// Has one group give its children what it has of the controllers, if that harms no one.
fn give(group: &Path, at: &Hierarchy) -> Refused {
    let file = group.join("cgroup.subtree_control");
    let (had, given) = (words(&group.join("cgroup.controllers")), words(&file));
    let mut refused = Refused::new();
    let mut added = Vec::new();
    // Looked at again right before: since the look that chose the parent a process may have come into it.
    for name in CONTROLLERS.into_iter().filter(|name| at.controllers.contains(name)) {
        if !had.contains(name) || given.contains(name) {
            continue;
        }
        if !is_empty_domain(group) {
            refused.insert(name, format!("{} holds processes", group.display()));
            continue;
        }
        // One by one: a refused controller must not take the others with it.
        match set(&file, &format!("+{name}")) {
            Ok(()) => added.push(name),
            Err(error) => {
                refused.insert(name, error.to_string());
            }
        }
    }
    // One may even have come in between: a threaded controller has then made it the root of a threaded subtree, in
    // which its own processes are as they were and ours cannot be. Undone, it is an ordinary group again.
    let kind = fs::read_to_string(group.join("cgroup.type")).unwrap_or_default();
    if !added.is_empty() && kind.trim() == "domain threaded" {
        for name in added {
            let _ = set(&file, &format!("-{name}"));
            refused.insert(name, format!("{} holds processes", group.display()));
        }
    }
    refused
}

/// Kills what is left in one group and removes it, and its parent of ours once that is empty.
#[must_use]
pub fn remove(folder: &Path) -> bool {
    // Members of a group vanish from it a moment after they died.
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match fs::remove_dir(folder) {
            Ok(()) => break,
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            Err(_) if Instant::now() > deadline => return false,
            Err(_) => {
                kill_members(folder);
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
    if let Some(ours) = folder.parent().filter(|parent| parent.ends_with(OURS)) {
        // Refused while another sandbox has a group there, which is as it should be.
        let _ = fs::remove_dir(ours);
    }
    true
}

/// Removes empty groups of ours that no start can still be about to fill: those of sandboxes whose monitor was killed
/// and whose folder, with the record in it, was deleted as well.
///
/// # Errors
/// When this machine's hierarchies cannot be read.
pub fn sweep() -> io::Result<()> {
    for hierarchy in hierarchies()? {
        let Ok(groups) = fs::read_dir(hierarchy.parent.join(OURS)) else { continue };
        for group in groups.filter_map(Result::ok) {
            let age = group.metadata().and_then(|of| of.modified()).ok().and_then(|at| at.elapsed().ok());
            if age.is_some_and(|age| age > LONGER_THAN_A_START) {
                // Refused by the kernel while a process is in it.
                let _ = fs::remove_dir(group.path());
            }
        }
    }
    Ok(())
}

const LONGER_THAN_A_START: Duration = Duration::from_secs(300);

fn kill_members(folder: &Path) {
    if set(&folder.join("cgroup.kill"), "1").is_ok() {
        return;
    }
    let members = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    for pid in members.lines().filter_map(|line| line.parse().ok()).filter_map(rustix::process::Pid::from_raw)
    {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

/// Writes to a file of a group, which is there or is not: never made.
pub(super) fn set(file: &Path, value: &str) -> io::Result<()> {
    let write = || fs::File::options().write(true).open(file)?.write_all(value.as_bytes());
    write().map_err(|error| {
        io::Error::new(error.kind(), format!("write {value} to {}: {error}", file.display()))
    })
}
