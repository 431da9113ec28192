//! Egress as root: a veth pair for each sandbox and nftables rules of its own, in force before its device exists.
//!
//! A sandbox reaches the internet over IPv4, and name servers of the host on port 53. It does not reach the host,
//! private or link-local addresses, or other sandboxes; nothing reaches it. There is no IPv6.
//!
//! What is changed on the host: one table by sandbox, and while any sandbox has egress, forwarding on the
//! interfaces of the default route, where it was off, guarded so that they forward for sandboxes only. All of it is
//! taken back at the end. The kernel itself removes a veth pair with the sandbox's network namespace.

mod forwarding;
mod named;
mod rules;

use rustix::fs::FlockOperation;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd, RawFd};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What every device of ours on the host is called, before its number.
const PREFIX: &str = "dtn";

/// Ranges to take addresses from; the first that meets no route of the host.
const RANGES: [[u8; 2]; 6] = [[10, 213], [10, 77], [172, 29], [10, 149], [172, 23], [10, 241]];

/// Each sandbox takes four addresses.
const SUBNETS: u32 = 1 << 14;

/// What was made on the host for one sandbox's egress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostSide {
    /// The nftables table, named after the sandbox.
    pub table: String,
    /// The host's end of the veth pair.
    pub link: String,
    /// Its number, once it is made; a later device may bear the same name.
    pub index: Option<u32>,
}

/// Addresses of one sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Addresses {
    host: Ipv4Addr,
    sandbox: Ipv4Addr,
}

/// Everything decided before anything is made.
#[derive(Debug)]
pub struct Plan {
    /// To be put on record first.
    pub host_side: HostSide,
    addresses: Addresses,
    /// Networks the host is on itself.
    near: Vec<String>,
    /// Name servers the sandbox may ask.
    pub resolvers: Vec<Ipv4Addr>,
    /// Held until the devices are made, so that no two sandboxes take one number.
    lock: File,
}

impl Plan {
    /// Decides on addresses, and on names after `id`: what the sandbox is called outside of its folder.
    ///
    /// # Errors
    /// When a tool is missing, the host has no default route, or no address is free.
    pub fn new(id: &str) -> io::Result<Self> {
        for (program, package) in [("nft", "nftables"), ("ip", "iproute2")] {
            if crate::doctor::find(program).is_none() {
                return Err(io::Error::other(format!(
                    "{program} is not installed: apt-get install {package}"
                )));
            }
        }
        let routes = fs::read_to_string("/proc/net/route")?;
        if forwarding::uplinks(&routes).is_empty() {
            return Err(io::Error::other("this machine has no default route itself"));
        }
        let lock = lock()?;
        let range = RANGES.into_iter().find(|range| !taken(*range, &routes));
        let range =
            range.ok_or_else(|| io::Error::other("every private range of ours meets a route of the host"))?;
        let wanted = number(id) % SUBNETS;
        let free = (0..SUBNETS)
            .map(|step| (wanted + step) % SUBNETS)
            .find(|number| index(&format!("{PREFIX}{number}")).is_none());
        let free = free.ok_or_else(|| io::Error::other("no address is free"))?;
        let first = u32::from_be_bytes([range[0], range[1], 0, 0]) + free * 4;
        Ok(Self {
            host_side: HostSide { table: rules::table(id), link: format!("{PREFIX}{free}"), index: None },
            addresses: Addresses { host: Ipv4Addr::from(first + 1), sandbox: Ipv4Addr::from(first + 2) },
            near: near(&routes),
            resolvers: resolvers(),
            lock,
        })
    }

    /// The lock's descriptor: a child that is forked meanwhile must close its copy, or it holds the lock as well.
    #[must_use]
    pub fn lock_fd(&self) -> RawFd {
        self.lock.as_raw_fd()
    }

    /// Makes the rules, then the devices, and returns what is to be put on record now.
    ///
    /// # Errors
    /// When a tool fails; [`HostSide::remove`] is due then as well.
    pub fn make(self, pid: i32, namespace: OwnedFd) -> io::Result<HostSide> {
        let Self { mut host_side, addresses, near, resolvers, lock } = self;
        let link = host_side.link.as_str();
        let mut rules = rules::sandbox(&host_side.table, link, addresses, &near, &resolvers);
        if crate::launcher::weakened("rules") {
            rules = rules
                .lines()
                .filter(|line| !line.contains("reject"))
                .map(|line| format!("{line}\n"))
                .collect();
        }
        nft(&rules)?;
        forwarding::enable(&lock)?;
        ip(&format!("link add {link} type veth peer name eth0 netns {pid}\n"), None)?;
        host_side.index = index(link);
        fs::write(format!("/proc/sys/net/ipv6/conf/{link}/disable_ipv6"), "1").or_else(absent)?;
        fs::write(format!("/proc/sys/net/ipv4/conf/{link}/forwarding"), "1")?;
        ip(&format!("addr add {}/30 dev {link}\nlink set {link} up\n", addresses.host), None)?;
        let inside = format!(
            "addr add {}/30 dev eth0\nlink set eth0 up\nroute add default via {}\n",
            addresses.sandbox, addresses.host
        );
        ip(&inside, Some(namespace))?;
        Ok(host_side)
    }
}

impl HostSide {
    /// Takes it all back. What is not there is no error.
    ///
    /// # Errors
    /// When something of it remains.
    pub fn remove(&self) -> io::Result<()> {
        let lock = lock()?;
        // The pair goes with the sandbox's namespace, a moment after its last process.
        let deadline = Instant::now() + Duration::from_secs(5);
        while self.index.is_some() && index(&self.link) == self.index {
            if Instant::now() > deadline {
                ip(&format!("link del {}\n", self.link), None)?;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        // Only now: while the device lived, its rules did.
        nft(&rules::gone(&self.table))?;
        forwarding::disable_when_unused(&lock, &lock_path()?)
    }
}

fn lock_path() -> io::Result<PathBuf> {
    let namespace = fs::metadata("/proc/self/ns/net")?.ino();
    Ok(PathBuf::from(format!("/run/daytona-network-{namespace}.lock")))
}

/// One change of a network namespace at a time, by whichever process of the machine.
fn lock() -> io::Result<File> {
    let path = lock_path()?;
    loop {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
        rustix::fs::flock(&file, FlockOperation::LockExclusive)?;
        // Who had it before may have removed the file, and a lock on a file without a name excludes no one.
        if file.metadata()?.nlink() > 0 {
            return Ok(file);
        }
    }
}

/// Destination, mask and gateway of every route of the host but the default and ours.
fn routes_of_the_host(routes: &str) -> impl Iterator<Item = (u32, u32, u32)> {
    routes.lines().skip(1).filter_map(|line| {
        let fields: Vec<_> = line.split_ascii_whitespace().collect();
        let number = |field: usize| u32::from_str_radix(fields.get(field)?, 16).ok().map(u32::swap_bytes);
        let (to, gateway, mask) = (number(1)?, number(2)?, number(7)?);
        (mask != 0 && !fields[0].starts_with(PREFIX)).then_some((to, mask, gateway))
    })
}

/// Whether a route of the host lies in or around the range.
fn taken(range: [u8; 2], routes: &str) -> bool {
    let range = u32::from_be_bytes([range[0], range[1], 0, 0]);
    routes_of_the_host(routes).any(|(to, mask, _)| {
        let common = mask & 0xffff_0000;
        to & common == range & common
    })
}

/// The networks the host has a device on: its neighbours are none of a sandbox's business, whatever their addresses.
fn near(routes: &str) -> Vec<String> {
    routes_of_the_host(routes)
        .filter(|(_, _, gateway)| *gateway == 0)
        .map(|(to, mask, _)| format!("{}/{}", Ipv4Addr::from(to), mask.count_ones()))
        .collect()
}

/// A number for an id, the same each time, so that a sandbox tends to keep its address.
fn number(id: &str) -> u32 {
    id.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The host's name servers, as far as a sandbox can ask them: not those on the host's own loopback.
fn resolvers() -> Vec<Ipv4Addr> {
    ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]
        .iter()
        .map(|path| fs::read_to_string(path).unwrap_or_default())
        .map(|text| name_servers(&text))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

fn name_servers(text: &str) -> Vec<Ipv4Addr> {
    text.lines()
        .filter_map(|line| line.strip_prefix("nameserver")?.trim().parse().ok())
        .filter(|address: &Ipv4Addr| !address.is_loopback() && !address.is_unspecified())
        .take(3)
        .collect()
}

fn index(link: &str) -> Option<u32> {
    // Asked of this process's own network namespace; /sys may show another one's.
    let family = rustix::net::AddressFamily::INET;
    let socket = rustix::net::socket(family, rustix::net::SocketType::DGRAM, None).ok()?;
    rustix::net::netdevice::name_to_index(socket, link).ok()
}

/// A kernel without IPv6 has nothing to switch off.
fn absent(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn nft(ruleset: &str) -> io::Result<()> {
    feed("nft", &["-f", "-"], ruleset, None)
}

fn ip(commands: &str, namespace: Option<OwnedFd>) -> io::Result<()> {
    feed("ip", &["-batch", "-"], commands, namespace)
}

/// Runs a tool on a script, in another network namespace if one is given.
fn feed(program: &str, arguments: &[&str], script: &str, namespace: Option<OwnedFd>) -> io::Result<()> {
    let path = crate::doctor::find(program)
        .ok_or_else(|| io::Error::other(format!("{program} is not installed")))?;
    let mut command = Command::new(path);
    command.args(arguments.iter().map(OsStr::new));
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    if let Some(namespace) = namespace {
        let enter = move || {
            let network = rustix::thread::LinkNameSpaceType::Network;
            Ok(rustix::thread::move_into_link_name_space(namespace.as_fd(), Some(network))?)
        };
        // SAFETY: the closure makes one system call and allocates nothing.
        unsafe { command.pre_exec(enter) };
    }
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(script.as_bytes())?;
    }
    let done = child.wait_with_output()?;
    if done.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{program}: {}", String::from_utf8_lossy(&done.stderr).trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_meet_a_route_of_the_host_are_left() {
        let head = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n";
        let line = |device: &str, to: &str, mask: &str| {
            format!("{head}{device} {to} 00000000 0001 0 0 0 {mask} 0 0 0\n")
        };
        assert!(taken([10, 213], &line("eth0", "0000000A", "000000FF")), "within 10.0.0.0/8");
        assert!(taken([10, 213], &line("eth0", "0105D50A", "00FFFFFF")), "around 10.213.5.0/24");
        assert!(!taken([10, 213], &line("eth0", "0000D60A", "0000FFFF")), "beside 10.214.0.0/16");
        assert!(!taken([10, 213], &line("dtn5", "1400D50A", "FCFFFFFF")), "ours");
        assert!(!taken([10, 213], &line("eth0", "00000000", "00000000")), "the default route");
    }

    #[test]
    fn name_servers_on_the_loopback_are_left() {
        let text =
            "# x\nnameserver 127.0.0.53\nnameserver 10.1.2.3\nnameserver fe80::1\nsearch example.org\n";
        assert_eq!(name_servers(text), [Ipv4Addr::new(10, 1, 2, 3)]);
    }
}
