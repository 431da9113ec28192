//! What is done after a monitor that could not clean up behind itself (SIGKILL, power loss).
//!
//! Both the next launcher of the same sandbox and the engine call this, always while no monitor holds the lock.

use crate::folder::Folder;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::FlockOperation;
use rustix::io::Errno;
use rustix::process::{Flock, FlockOffsetType, FlockType, Pid, PidfdFlags, Signal};
use std::fs::File;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// As [`clean`], for a process that is not the monitor: refuses while there is one.
///
/// # Errors
/// When something of the last run remains, or the sandbox runs.
pub fn clean_if_ended(folder: &Folder) -> io::Result<()> {
    match monitor(folder)? {
        Some(_) => Err(io::Error::other("it runs")),
        None => clean(folder),
    }
}

/// Ends what the last run left running, removes its control groups and devices, and forgets it.
///
/// # Errors
/// When something of it remains.
pub fn clean(folder: &Folder) -> io::Result<()> {
    let Some(run) = folder.read_run()? else {
        await_disk(folder)?;
        return folder.forget_run();
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

/// The process that holds the lock of `folder`. Not for that process itself, which would lose the lock.
///
/// # Errors
/// When the lock cannot be looked at, or belongs to a process this one cannot see.
pub fn monitor(folder: &Folder) -> io::Result<Option<Pid>> {
    let file = match File::open(folder.lock()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let any = Flock {
        start: 0,
        length: 0,
        pid: None,
        typ: FlockType::WriteLock,
        offset_type: FlockOffsetType::Set,
    };
    match rustix::process::fcntl_getlk(&file, &any)? {
        None => Ok(None),
        Some(Flock { pid: Some(pid), .. }) => Ok(Some(pid)),
        Some(Flock { pid: None, .. }) => Err(io::Error::other(
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
