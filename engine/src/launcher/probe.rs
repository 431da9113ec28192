//! Trying what a sandbox needs, one thing at a time, each in a child that is thrown away.

use super::{mounts, seccomp};
use rustix::process::{Pid, WaitOptions};
use rustix::thread::UnshareFlags;
use serde::{Deserialize, Serialize};
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::ExitCode;

/// What was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Making a user namespace and mapping an id into it.
    pub user_namespace: Tried,
    /// Making the other namespaces in it.
    pub namespaces: Tried,
    /// Mounting overlayfs in it.
    pub overlay: Tried,
    /// Mounting `/proc` of a process namespace in it.
    pub proc: Tried,
    /// Loading the sandbox's filter.
    pub seccomp: Tried,
    /// What an ordinary user's egress takes.
    pub egress: Tried,
}

/// Whether it worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// It did.
    Works,
    /// It did not, and why.
    Fails(String),
}

pub(super) fn main() -> ExitCode {
    let probe = Probe {
        user_namespace: attempt(user_namespace),
        namespaces: attempt(|| user_namespace().and_then(|()| other_namespaces())),
        overlay: attempt(|| user_namespace().and_then(|()| other_namespaces()).and_then(|()| overlay())),
        proc: attempt(|| user_namespace().and_then(|()| other_namespaces()).and_then(|()| proc())),
        seccomp: attempt(|| {
            rustix::thread::set_no_new_privs(true)?;
            seccomp::load().map_err(|failure| io::Error::other(failure.reason))
        }),
        egress: attempt(|| {
            user_namespace()?;
            other_namespaces()?;
            crate::network::attempt()
        }),
    };
    let text = serde_json::to_string(&probe).unwrap_or_default();
    match writeln!(io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Runs `work` in a child. What it makes goes with the child.
fn attempt(work: impl FnOnce() -> io::Result<()>) -> Tried {
    child(work).unwrap_or_else(|error| Tried::Fails(error.to_string()))
}

fn child(work: impl FnOnce() -> io::Result<()>) -> io::Result<Tried> {
    let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    // SAFETY: this process has one thread.
    match unsafe { libc::fork() } {
        0 => {
            drop(reader);
            let why = work().err().map(|error| error.to_string()).unwrap_or_default();
            let _ = std::fs::File::from(writer).write_all(why.as_bytes());
            // SAFETY: ends the child, whose destructors are its parent's.
            unsafe { libc::_exit(i32::from(!why.is_empty())) }
        }
        pid => {
            drop(writer);
            let pid = Pid::from_raw(pid).ok_or_else(io::Error::last_os_error)?;
            told(reader, pid)
        }
    }
}

fn told(reader: OwnedFd, pid: Pid) -> io::Result<Tried> {
    let mut why = String::new();
    std::fs::File::from(reader).take(4096).read_to_string(&mut why)?;
    let status = rustix::process::waitpid(Some(pid), WaitOptions::empty())?.map(|(_, status)| status);
    Ok(match status.and_then(|status| status.exit_status()) {
        Some(0) => Tried::Works,
        Some(_) => Tried::Fails(why),
        None => Tried::Fails("the attempt was killed".to_owned()),
    })
}

fn user_namespace() -> io::Result<()> {
    let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
    // SAFETY: no descriptors are unshared, and this process has one thread.
    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWUSER) }?;
    std::fs::write("/proc/self/setgroups", "deny")?;
    std::fs::write("/proc/self/uid_map", format!("0 {} 1", uid.as_raw()))?;
    std::fs::write("/proc/self/gid_map", format!("0 {} 1", gid.as_raw()))
}

fn other_namespaces() -> io::Result<()> {
    let flags = UnshareFlags::NEWNS
        | UnshareFlags::NEWPID
        | UnshareFlags::NEWNET
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS
        | UnshareFlags::NEWCGROUP;
    // SAFETY: as above.
    Ok(unsafe { rustix::thread::unshare_unsafe(flags) }?)
}

/// A new process namespace begins with the next child.
fn proc() -> io::Result<()> {
    match child(|| mounts::new("proc", &[], mounts::DATA).map(drop))? {
        Tried::Works => Ok(()),
        Tried::Fails(why) => Err(io::Error::other(why)),
    }
}

fn overlay() -> io::Result<()> {
    let private = rustix::mount::MountPropagationFlags::PRIVATE | rustix::mount::MountPropagationFlags::REC;
    rustix::mount::mount_change("/", private)?;
    let scratch = mounts::new("tmpfs", &[("mode", "0700")], mounts::FILES)?;
    let place = rustix::fs::open("/tmp", rustix::fs::OFlags::PATH, rustix::fs::Mode::empty())?;
    mounts::attach(scratch.as_fd(), place.as_fd())?;
    rustix::process::fchdir(&scratch)?;
    for name in ["lower", "upper", "work", "root"] {
        rustix::fs::mkdir(name, rustix::fs::Mode::RWXU)?;
    }
    let flags = rustix::mount::MountFlags::NOSUID;
    let options = c"userxattr,lowerdir=lower,upperdir=upper,workdir=work";
    rustix::mount::mount("overlay", "root", "overlay", flags, options)?;
    // What every mount of a sandbox goes through, and the newest call of all that it needs (Linux 5.12).
    mounts::restrict(mounts::clone_path(std::path::Path::new("root"))?, mounts::FIXED)
}
