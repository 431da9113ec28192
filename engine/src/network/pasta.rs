//! Egress as an ordinary user: `pasta` makes the sandbox's connections, as a process of the user's on the host.
//!
//! It filters nothing itself, so the rules lie in the sandbox's own network namespace, there before its device is, and
//! the sandbox's processes have no capability to change them. It maps no address to the host and forwards no port.
//! It dies with the monitor, by the kernel's doing: it enters the sandbox's user namespace here and not by itself,
//! since a change of user namespace takes the death signal off.

use super::tools::{self, Enter};
use super::{HostSide, host, rules};
use crate::folder::Process;
use crate::launcher::weakened;
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType};
use rustix::process::{Pid, Resource, Rlimit, Signal, WaitOptions};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// The way into a network namespace's device.
const TUN: &str = "/dev/net/tun";

/// How many connections it keeps at once. Each takes a port of the host.
const DESCRIPTORS: u64 = 4096;

/// Everything decided before anything is made.
#[derive(Debug)]
pub(super) struct Plan {
    gateway: Ipv4Addr,
    rules: Rules,
    changes: Changes,
}

impl Plan {
    pub(super) fn new(resolvers: Vec<Ipv4Addr>) -> io::Result<Self> {
        tools::require(&[("pasta", "passt"), ("nft", "nftables")])?;
        tun()?;
        // The same addresses for each sandbox: no one outside of its network namespace sees them.
        let first = host::free_range(&host::routes()?)?;
        let sandbox = Ipv4Addr::from(first + 2);
        let rules = Rules { sandbox, resolvers, ports: host::ephemeral_ports() };
        Ok(Self { gateway: Ipv4Addr::from(first + 1), rules, changes: Changes::listen()? })
    }

    /// Makes the rules, then the device, and waits until it leads out.
    pub(super) fn make(self, pid: i32) -> io::Result<(HostSide, Watch)> {
        let in_force = self.rules.now()?;
        put(&in_force, pid).map_err(|error| {
            io::Error::other(format!(
                "{error} (the kernel needs nftables in user namespaces, Linux 5.12 or newer)"
            ))
        })?;
        let mut child = self.start(pid)?;
        let made = await_route(pid, &mut child).and_then(|()| Process::of(child.id().cast_signed()));
        match made {
            Ok(pasta) => {
                let watch = Watch { changes: self.changes, rules: self.rules, in_force, pid, pasta };
                Ok((HostSide { pasta: Some(pasta), ..HostSide::default() }, watch))
            }
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    fn start(&self, pid: i32) -> io::Result<Child> {
        let mut command = tools::command("pasta")?;
        command.args(["--foreground", "--quiet", "--ipv4-only", "--config-net", "--ns-ifname", "eth0"]);
        command.args(["--no-dhcp", "--no-icmp", "--mac-addr", "02:00:00:00:00:01"]);
        command.args(["--address", &self.rules.sandbox.to_string(), "--netmask", "30"]);
        command.args(["--gateway", &self.gateway.to_string()]);
        if !weakened("map-gw") {
            command.arg("--no-map-gw");
        }
        let ports = if weakened("ports") { "auto" } else { "none" };
        for direction in ["--tcp-ports", "--udp-ports", "--tcp-ns", "--udp-ns"] {
            command.args([direction, ports]);
        }
        // Handed over open, since it gives up the right to look at other processes before it would open it itself;
        // and as stdin, since a newer one closes every descriptor but the first three.
        command.args(["--no-netns-quit", "--netns", "/proc/self/fd/0"]).stdin(tools::open(pid, "net")?);
        command.env_clear().current_dir("/").stderr(Stdio::piped());
        let (enter, monitor) = (Enter::user_of(pid)?, rustix::process::getpid());
        let unbound = weakened("pasta-death");
        let ready = move || {
            limit(Resource::Nofile, DESCRIPTORS)?;
            limit(Resource::Core, 0)?;
            enter.now()?;
            if !unbound {
                rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
            }
            // It may have died just before.
            if rustix::process::getppid() == Some(monitor) {
                Ok(())
            } else {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        };
        // SAFETY: the closure makes system calls and allocates nothing.
        unsafe { command.pre_exec(ready) };
        command.spawn()
    }
}

/// What the rules are made of, besides what the host is at the time.
#[derive(Debug)]
struct Rules {
    sandbox: Ipv4Addr,
    resolvers: Vec<Ipv4Addr>,
    ports: (u16, u16),
}

impl Rules {
    fn now(&self) -> io::Result<String> {
        let (own, near) = (host::own()?, host::near(&fs::read_to_string("/proc/net/route")?));
        let rules = rules::of_namespace(self.sandbox, &own, &near, &self.resolvers, self.ports);
        Ok(rules::weakened(rules))
    }
}

/// Puts rules into the network namespace of a process, in place of those there.
fn put(rules: &str, pid: i32) -> io::Result<()> {
    tools::nft(rules, Enter::both_of(pid)?).map(drop)
}

/// Keeps the rules true: an address that the host gets later is its own as well, and what pasta connects to there would
/// be the host.
#[derive(Debug)]
pub struct Watch {
    changes: Changes,
    rules: Rules,
    in_force: String,
    pid: i32,
    pasta: Process,
}

impl Watch {
    /// Readable when the host's addresses or routes have changed.
    #[must_use]
    pub const fn changes(&self) -> &OwnedFd {
        &self.changes.0
    }

    /// Looks at what has changed. Where the rules cannot follow, there is no egress any more.
    pub fn renew(&mut self) {
        self.changes.forget();
        let renewed = self.rules.now().and_then(|rules| {
            if rules != self.in_force {
                put(&rules, self.pid)?;
                self.in_force = rules;
            }
            Ok(())
        });
        if renewed.is_err() {
            let _ = end(self.pasta);
        }
    }
}

/// The kernel's word of changes in addresses and routes.
#[derive(Debug)]
struct Changes(OwnedFd);

impl Changes {
    fn listen() -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
        let groups = libc::RTMGRP_IPV4_IFADDR | libc::RTMGRP_IPV4_ROUTE;
        let groups = if weakened("renew") { 0 } else { groups.cast_unsigned() };
        rustix::net::bind(&socket, &SocketAddrNetlink::new(0, groups))?;
        Ok(Self(socket))
    }

    /// What they are is read from elsewhere. Of too many to keep, the kernel says so with an error, once.
    fn forget(&self) {
        let mut buffer = [0_u8; 8192];
        while !matches!(
            rustix::net::recv(&self.0, &mut buffer[..], RecvFlags::empty()),
            Err(Errno::WOULDBLOCK) | Ok((0, _))
        ) {}
    }
}

/// Lowers a limit; one that is lower already stays.
fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let most = rustix::process::getrlimit(resource).maximum.map_or(most, |now| now.min(most));
    Ok(rustix::process::setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

/// The default route is the last thing it makes.
fn await_route(pid: i32, child: &mut Child) -> io::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(10);
    while host::uplinks(&fs::read_to_string(format!("/proc/{pid}/net/route"))?).is_empty() {
        if child.try_wait()?.is_some() {
            let mut said = String::new();
            if let Some(stderr) = child.stderr.take() {
                stderr.take(4096).read_to_string(&mut said)?;
            }
            // Where there is no system log it says so with every line.
            let lines: Vec<_> = said.lines().filter(|line| !line.contains("syslog")).collect();
            return Err(io::Error::other(format!("pasta: {}", lines.join("; "))));
        }
        if Instant::now() > deadline {
            return Err(io::Error::other("pasta makes no way out within ten seconds"));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Ends it, whoever started it.
pub(super) fn end(process: Process) -> io::Result<()> {
    if process.alive() {
        crate::leftovers::kill(process)?;
    }
    // Its parent still has it until it has looked.
    if let Some(pid) = Pid::from_raw(process.pid) {
        let _ = rustix::process::waitpid(Some(pid), WaitOptions::NOHANG);
    }
    Ok(())
}

fn tun() -> io::Result<()> {
    let remedy = |error: &io::Error| match error.kind() {
        io::ErrorKind::PermissionDenied => "as root: chmod 0666 /dev/net/tun",
        _ => "as root: modprobe tun; in a container run it with --device /dev/net/tun",
    };
    let opened = File::options().read(true).write(true).open(TUN);
    opened.map(drop).map_err(|error| io::Error::other(format!("{TUN}: {error}; {}", remedy(&error))))
}

/// Tries what egress needs, in namespaces made for the purpose in which this process is root.
pub(crate) fn attempt() -> io::Result<()> {
    tools::require(&[("pasta", "passt"), ("nft", "nftables")])?;
    tun()?;
    let somewhere = Ipv4Addr::new(10, 0, 0, 1);
    let rules = rules::of_namespace(somewhere, &[], &[], &[somewhere], (32_768, 60_999));
    tools::nft(&rules, Enter::default()).map(drop)
}
