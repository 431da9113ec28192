//! The lock on a sandbox's folder: the monitor's for as long as it lives, and for moments of whoever cleans up after it.
//!
//! The monitor's is a record lock of its process: the kernel names the holder, drops the lock with it, and no child
//! inherits it. Such a lock is no good for a process with threads: closing any descriptor of the file drops it, and
//! looking for the monitor opens and closes one. So who cleans takes a lock of the open file (`F_OFD_SETLK`). The two
//! kinds exclude each other, and the kernel tells them apart: an open file has no process to name.

use rustix::process::Pid;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;

/// Who holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// No one.
    Nobody,
    /// The monitor.
    Monitor(Pid),
    /// Someone who cleans up; a matter of moments.
    Cleaner,
    /// A monitor that this process cannot see: it belongs to another process namespace.
    Unseen,
}

/// Takes the lock for the life of this process; false when someone else has it.
///
/// # Errors
/// When the file cannot be locked at all.
pub fn take(file: &File) -> io::Result<bool> {
    set(file, libc::F_SETLK)
}

/// Takes the lock for as long as this file is open; false when someone else has it.
///
/// # Errors
/// When the file cannot be locked at all.
pub fn take_to_clean(file: &File) -> io::Result<bool> {
    set(file, libc::F_OFD_SETLK)
}

/// Who holds the lock. Not for a process that may hold it for its life: closing `file` would drop that.
///
/// # Errors
/// When the kernel does not say.
pub fn holder(file: &File) -> io::Result<Holder> {
    let mut lock = whole();
    // SAFETY: the call reads and writes the structure, which outlives it.
    if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETLK, &raw mut lock) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(match (i32::from(lock.l_type), lock.l_pid) {
        (libc::F_UNLCK, _) => Holder::Nobody,
        (_, -1) => Holder::Cleaner,
        (_, number) => Pid::from_raw(number).map_or(Holder::Unseen, Holder::Monitor),
    })
}

fn set(file: &File, command: libc::c_int) -> io::Result<bool> {
    let lock = whole();
    // SAFETY: the call reads the structure, which outlives it.
    if unsafe { libc::fcntl(file.as_raw_fd(), command, &raw const lock) } == 0 {
        return Ok(true);
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error() {
        Some(libc::EAGAIN | libc::EACCES) => Ok(false),
        _ => Err(error),
    }
}

/// All of the file, against everyone.
fn whole() -> libc::flock {
    // SAFETY: all fields are plain numbers, for which zero is a value: from the start, to the end.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = libc::F_WRLCK as libc::c_short;
    lock.l_whence = libc::SEEK_SET as libc::c_short;
    lock
}
