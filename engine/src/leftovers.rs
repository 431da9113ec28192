//! What is done after a monitor that could not clean up behind itself (SIGKILL, power loss).
//!
//! Both the next launcher of the same sandbox and the engine do this, each while it holds the lock on the folder.

use crate::cgroup::Groups;
use crate::folder::{Folder, Run};
use crate::lock::{self, Holder};
use crate::network::HostSide;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::FlockOperation;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal};
use std::fs::File;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// How long one who cleans may take: longer than everything he waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// As [`clean`], for a process that is not the monitor: does nothing and returns false while there is one, and lets none
/// begin meanwhile.
///
/// # Errors
/// When something of the last run remains.
pub fn clean_if_ended(folder: &Folder) -> io::Result<bool> {
    // To be locked for writing, a file must be open for writing.
    let file = match File::options().read(true).write(true).open(folder.lock()) {
        // The first launcher makes it before anything else.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        file => file?,
    };
    if !acquire(&file, lock::take_to_clean)? {
        return Ok(false);
    }
    // Held until `file` is closed, at the end of this function.
    clean(folder).map(|()| true)
}

/// Takes the lock of a monitor, waiting for those who clean up.
///
/// # Errors
/// When the sandbox runs already.
pub fn begin(folder: &Folder) -> io::Result<File> {
    let path = folder.lock();
    let file = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let file =
        file.map_err(|error| io::Error::new(error.kind(), format!("open {}: {error}", path.display())))?;
    if !acquire(&file, lock::take)? {
        return Err(io::Error::other("it already runs"));
    }
    Ok(file)
}

/// Takes the lock by `take`, waiting for those who clean up; false while there is a monitor.
fn acquire(file: &File, take: fn(&File) -> io::Result<bool>) -> io::Result<bool> {
    let deadline = Instant::now() + PATIENCE;
    while !take(file)? {
        match lock::holder(file)? {
            Holder::Monitor(_) | Holder::Unseen => return Ok(false),
            Holder::Cleaner if Instant::now() > deadline => {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "someone else cleans up, without end"));
            }
            Holder::Cleaner | Holder::Nobody => thread::sleep(Duration::from_millis(1)),
        }
    }
    Ok(true)
}

/// Ends what the last run left running, removes its control groups and devices, and forgets it.
///
/// # Errors
/// When something of it remains.
pub fn clean(folder: &Folder) -> io::Result<()> {
    let run = match folder.read_run() {
        Ok(Some(run)) => run,
        Ok(None) => {
            await_disk(folder)?;
            return folder.forget_run();
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => told_by_name(folder)?,
        Err(error) => return Err(error),
    };
    if let Some(init) = run.init.filter(crate::folder::Process::alive) {
        kill(init)?;
    }
    for group in &run.cgroups {
        if !crate::cgroup::remove(group) {
            return Err(io::Error::other(format!("{} still holds processes", group.display())));
        }
    }
    if let Some(network) = &run.network {
        network.remove()?;
    }
    await_disk(folder)?;
    folder.forget_run()
}

/// What a run holds, when its record says nothing: what it would have made under the sandbox's name. Its init is in its
/// groups, and is killed with them.
fn told_by_name(folder: &Folder) -> io::Result<Run> {
    let name = folder.name_outside()?;
    let cgroups = Groups::plan(&name)?.folders().map(std::path::Path::to_owned).collect();
    Ok(Run { init: None, cgroups, network: HostSide::found(&name) })
}

/// Waits until no mount of the sandbox's disk is left. The kernel takes mounts apart a moment after the last
/// process that saw them is gone.
///
/// # Errors
/// When it is still in use after some seconds.
pub fn await_disk(folder: &Folder) -> io::Result<()> {
    match File::open(folder.disk()) {
        Ok(image) => lock_disk(&image),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Locks a disk image for as long as this open file of it is in use, by this process or by a loop device.
///
/// # Errors
/// When it is still in use after some seconds.
pub fn lock_disk(image: &File) -> io::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match rustix::fs::flock(image, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(Errno::WOULDBLOCK) if Instant::now() < deadline => thread::sleep(Duration::from_millis(1)),
            Err(error) => return Err(error.into()),
        }
    }
}

/// The monitor of `folder`. Not for that process itself, which would lose the lock.
///
/// # Errors
/// When the lock cannot be looked at, or belongs to a process this one cannot see.
pub fn monitor(folder: &Folder) -> io::Result<Option<Pid>> {
    let file = match File::open(folder.lock()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    match lock::holder(&file)? {
        // Who cleans up does so because there is none.
        Holder::Nobody | Holder::Cleaner => Ok(None),
        Holder::Monitor(pid) => Ok(Some(pid)),
        Holder::Unseen => Err(io::Error::other(
            "its monitor belongs to another process namespace; use the server it belongs to",
        )),
    }
}

/// Kills a process; the kernel kills the whole process namespace of an init with it.
pub(crate) fn kill(init: crate::folder::Process) -> io::Result<()> {
    let Some(pid) = Pid::from_raw(init.pid) else { return Ok(()) };
    let Ok(pidfd) = rustix::process::pidfd_open(pid, PidfdFlags::empty()) else { return Ok(()) };
    // Opened first and looked at again after, so the number cannot have been given to another process between.
    if !init.alive() {
        return Ok(());
    }
    rustix::process::pidfd_send_signal(&pidfd, Signal::KILL)?;
    let patience = Timespec { tv_sec: 10, tv_nsec: 0 };
    match rustix::event::poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&patience))? {
        0 => Err(io::Error::new(io::ErrorKind::TimedOut, format!("process {} outlives its kill", init.pid))),
        _ => Ok(()),
    }
}
