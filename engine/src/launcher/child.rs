//! The monitor's child, which becomes the sandbox's init: held by a descriptor, never by its number alone.
//!
//! The monitor is root on many machines, and the number of a process that was waited for may be another one's.

use super::failure::{Done, fail};
use super::inside::{self, Inside};
use super::weaken::weakened;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd as _, OwnedFd};

/// A child that may have ended.
#[derive(Debug)]
pub(super) struct Child {
    pid: Pid,
    fd: OwnedFd,
}

impl Child {
    /// Forks the child into new namespaces. It gets its ids later, so it can do nothing before.
    pub(super) fn clone(inside: Inside<'_>) -> Done<Self> {
        let mut flags = libc::CLONE_NEWUSER
            | libc::CLONE_NEWPID
            | libc::CLONE_NEWNS
            | libc::CLONE_NEWIPC
            | libc::CLONE_NEWUTS
            | libc::CLONE_NEWNET;
        for (control, flag) in
            [("netns", libc::CLONE_NEWNET), ("pidns", libc::CLONE_NEWPID), ("userns", libc::CLONE_NEWUSER)]
        {
            if weakened(control) {
                flags &= !flag;
            }
        }
        let mut pidfd: libc::c_int = -1;
        // SAFETY: without CLONE_VM this is fork: the child gets a copy of this one-threaded process and its stack.
        // The last two arguments, whose order differs by architecture, are both null.
        let pid = unsafe {
            libc::syscall(
                libc::SYS_clone,
                libc::c_long::from(flags | libc::CLONE_PIDFD | libc::SIGCHLD),
                0_usize,
                &raw mut pidfd,
                0_usize,
                0_usize,
            )
        };
        match pid {
            0 => {
                reset_signals();
                inside::run(inside)
            }
            1.. => {
                let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
                let Some(pid) = pid else { return fail("make namespaces", "no process id") };
                // SAFETY: the kernel has just put it there, and it is owned by no one else.
                Ok(Self { pid, fd: unsafe { OwnedFd::from_raw_fd(pidfd) } })
            }
            _ => {
                let error = io::Error::last_os_error();
                fail("make namespaces", format!("{error}; see `daytona doctor` for what this machine allows"))
            }
        }
    }

    /// Its number, which is its own until it was waited for.
    pub(super) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// Sends a signal. What cannot be delivered is too late anyway.
    pub(super) fn signal(&self, signal: Signal) {
        let _ = rustix::process::pidfd_send_signal(&self.fd, signal);
    }

    /// How it ended, if it has. It is waited for then.
    pub(super) fn ended(&self) -> io::Result<Option<WaitIdStatus>> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
        Ok(rustix::process::waitid(WaitId::PidFd(self.fd.as_fd()), options)?)
    }

    /// Kills it, unless it was waited for before, and waits until it is gone.
    pub(super) fn end(&self) {
        self.signal(Signal::KILL);
        let _ = rustix::process::waitid(WaitId::PidFd(self.fd.as_fd()), WaitIdOptions::EXITED);
    }
}

impl AsFd for Child {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Masks and ignored signals are inherited through exec: with this process's own, no program in the sandbox would end
/// at a closed pipe. SIGTERM alone stays blocked. The kernel forgets a signal for which an init has no handler yet, so
/// a stop that comes soon after the start would be lost; blocked, it waits until the toolbox listens and unblocks it.
fn reset_signals() {
    // SAFETY: the set is emptied before it is used, and this process has one thread.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        let mut term: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut term);
        libc::sigaddset(&raw mut term, libc::SIGTERM);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const term, std::ptr::null_mut());
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]
mod tests {
    use super::*;
    use rustix::process::PidfdFlags;
    use std::fs;
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::{Command, Stdio};

    /// Where the kernel is told which number to give next.
    const LAST: &str = "/proc/sys/kernel/ns_last_pid";

    #[test]
    fn another_process_with_the_number_of_one_that_was_waited_for_lives_on() {
        if fs::OpenOptions::new().write(true).open(LAST).is_err() {
            return println!("not tested: this user may not choose the number of a process ({LAST})");
        }
        // Others start processes too and may take the number first.
        for _ in 0..1000 {
            let mut gone = Command::new("true").spawn().unwrap();
            let pid = Pid::from_child(&gone);
            let fd = rustix::process::pidfd_open(pid, PidfdFlags::empty()).unwrap();
            gone.wait().unwrap();
            fs::write(LAST, (pid.as_raw_nonzero().get() - 1).to_string()).unwrap();
            let mut other = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let same = Pid::from_child(&other) == pid;
            if same {
                Child { pid, fd }.end();
                // A process that is to die answers no more.
                let mut line = String::new();
                let _ = other.stdin.as_mut().unwrap().write_all(b"alive\n");
                BufReader::new(other.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
                assert_eq!(line, "alive\n");
            }
            let _ = other.kill();
            let _ = other.wait();
            if same {
                return;
            }
        }
        panic!("the number was never given again");
    }
}
