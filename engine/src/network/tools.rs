//! Running the tools that change networks, in the namespaces they are to change.

use crate::doctor::find;
use rustix::thread::{CapabilitySet, CapabilitySets, LinkNameSpaceType};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

/// What a tool may do in the user namespace it enters, once it runs there as another user than its root.
const KEPT: CapabilitySet =
    CapabilitySet::NET_ADMIN.union(CapabilitySet::NET_BIND_SERVICE).union(CapabilitySet::SYS_ADMIN);

/// Namespaces for a tool to enter.
#[derive(Debug, Default)]
pub(super) struct Enter {
    /// Entered first, for the right to enter the other one.
    pub(super) user: Option<OwnedFd>,
    pub(super) network: Option<OwnedFd>,
}

impl Enter {
    /// The network namespace of a process.
    pub(super) fn network_of(pid: i32) -> io::Result<Self> {
        Ok(Self { user: None, network: Some(open(pid, "net")?) })
    }

    /// The user namespace of a process.
    pub(super) fn user_of(pid: i32) -> io::Result<Self> {
        Ok(Self { user: Some(open(pid, "user")?), network: None })
    }

    /// Both.
    pub(super) fn both_of(pid: i32) -> io::Result<Self> {
        Ok(Self { user: Some(open(pid, "user")?), network: Some(open(pid, "net")?) })
    }

    /// Does so; for a child that is about to become the tool. Makes system calls only.
    pub(super) fn now(&self) -> io::Result<()> {
        if let Some(user) = &self.user {
            rustix::thread::move_into_link_name_space(user.as_fd(), Some(LinkNameSpaceType::User))?;
        }
        if let Some(network) = &self.network {
            rustix::thread::move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))?;
        }
        if self.user.is_some() {
            keep()?;
        }
        Ok(())
    }
}

/// A namespace of a process.
pub(super) fn open(pid: i32, namespace: &str) -> io::Result<OwnedFd> {
    File::open(format!("/proc/{pid}/ns/{namespace}")).map(OwnedFd::from)
}

/// Carries [`KEPT`] through exec, which takes all from a process that is not root in its user namespace.
fn keep() -> io::Result<()> {
    let all = rustix::thread::capabilities(None)?;
    rustix::thread::set_capabilities(None, CapabilitySets { inheritable: KEPT, ..all })?;
    for capability in KEPT.iter() {
        rustix::thread::configure_capability_in_ambient_set(capability, true)?;
    }
    Ok(())
}

/// Refuses where a program is missing, with the package that brings it.
pub(super) fn require(programs: &[(&str, &str)]) -> io::Result<()> {
    programs.iter().try_for_each(|(program, package)| match find(program) {
        Some(_) => Ok(()),
        None => Err(io::Error::other(format!("{program} is not installed: apt-get install {package}"))),
    })
}

/// Has `nft` read a script, and returns what it says.
pub(super) fn nft(ruleset: &str, enter: Enter) -> io::Result<String> {
    feed("nft", &["-f", "-"], ruleset, enter)
}

/// Has `nft` list something as JSON.
pub(super) fn nft_json(what: &[&str]) -> io::Result<serde_json::Value> {
    let said = feed("nft", &[&["-j", "list"], what].concat(), "", Enter::default())?;
    serde_json::from_str(&said).map_err(|error| io::Error::other(format!("nft: {error}")))
}

/// Has `ip` carry out commands.
pub(super) fn ip(commands: &str, enter: Enter) -> io::Result<()> {
    feed("ip", &["-batch", "-"], commands, enter).map(drop)
}

/// A program that was found, with no ties yet to whoever starts it.
pub(super) fn command(program: &str) -> io::Result<Command> {
    let path = find(program).ok_or_else(|| io::Error::other(format!("{program} is not installed")))?;
    let mut command = Command::new(path);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    Ok(command)
}

fn feed(program: &str, arguments: &[&str], script: &str, enter: Enter) -> io::Result<String> {
    let mut command = command(program)?;
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    // SAFETY: the closure makes system calls and allocates nothing.
    unsafe { command.pre_exec(move || enter.now()) };
    let mut child = command.spawn()?;
    // One that ends before it has read all says why itself.
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(script.as_bytes()));
    let done = child.wait_with_output()?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(io::Error::other(format!("{program}: {} ({})", said.trim(), done.status)));
    }
    written.map(|()| String::from_utf8_lossy(&done.stdout).into_owned())
}
