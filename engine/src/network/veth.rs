//! Egress as root: a veth pair, and rules on the host for what comes from it.
//!
//! What is changed on the host: one table by sandbox, and while any sandbox has egress, forwarding on the
//! interfaces of the default route, where it was off, guarded so that they forward for sandboxes only. All of it is
//! taken back at the end. The kernel itself removes a veth pair with the sandbox's network namespace.

use super::tools::{Enter, ip, nft};
use super::{HostSide, PREFIX, foreign, forwarding, host, rules, tools};
use rustix::fs::FlockOperation;
use std::fs::{self, File};
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd as _, RawFd};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Each sandbox takes four addresses.
const SUBNETS: u32 = 1 << 14;

/// Addresses of one sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Addresses {
    pub(super) host: Ipv4Addr,
    pub(super) sandbox: Ipv4Addr,
}

/// Everything decided before anything is made.
#[derive(Debug)]
pub(super) struct Plan {
    host_side: HostSide,
    addresses: Addresses,
    near: Vec<String>,
    /// Held until the devices are made, so that no two sandboxes take one number.
    lock: File,
}

impl Plan {
    pub(super) fn new(id: &str) -> io::Result<Self> {
        tools::require(&[("nft", "nftables"), ("ip", "iproute2")])?;
        let routes = host::routes()?;
        let lock = lock()?;
        let range = host::free_range(&routes)?;
        let wanted = number(id) % SUBNETS;
        let free = (0..SUBNETS)
            .map(|step| (wanted + step) % SUBNETS)
            .find(|number| index(&format!("{PREFIX}{number}")).is_none());
        let free = free.ok_or_else(|| io::Error::other("no address is free"))?;
        let first = range + free * 4;
        let host_side =
            HostSide { table: rules::table(id), link: format!("{PREFIX}{free}"), ..HostSide::default() };
        let addresses = Addresses { host: Ipv4Addr::from(first + 1), sandbox: Ipv4Addr::from(first + 2) };
        Ok(Self { host_side, addresses, near: host::near(&routes), lock })
    }

    pub(super) fn host_side(&self) -> HostSide {
        self.host_side.clone()
    }

    pub(super) fn lock_fd(&self) -> RawFd {
        self.lock.as_raw_fd()
    }

    /// Makes the rules, then the devices.
    pub(super) fn make(
        self,
        pid: i32,
        resolvers: &[Ipv4Addr],
        warnings: &mut Vec<String>,
    ) -> io::Result<HostSide> {
        let Self { mut host_side, addresses, near, lock } = self;
        let rules = rules::of_link(&host_side.table, &host_side.link, addresses, &near, resolvers);
        // Listed by the same process, since starting another takes its milliseconds.
        let chains = nft(&(rules::weakened(rules) + "list chains\n"), Enter::default())?;
        forwarding::enable(&lock)?;
        if let Err(error) = devices(&mut host_side, addresses, pid) {
            // None is to live on without its rules, which go next.
            let _ = ip(&format!("link del {}\n", host_side.link), Enter::default());
            return Err(error);
        }
        warnings.extend(foreign::in_the_way(&chains));
        Ok(host_side)
    }
}

fn devices(host_side: &mut HostSide, addresses: Addresses, pid: i32) -> io::Result<()> {
    let link = host_side.link.as_str();
    ip(&format!("link add {link} type veth peer name eth0 netns {pid}\n"), Enter::default())?;
    host_side.index = index(link);
    fs::write(format!("/proc/sys/net/ipv6/conf/{link}/disable_ipv6"), "1").or_else(super::absent)?;
    fs::write(format!("/proc/sys/net/ipv4/conf/{link}/forwarding"), "1")?;
    let here = format!("addr add {}/30 dev {link}\nlink set {link} up\n", addresses.host);
    ip(&here, Enter::default())?;
    let inside = format!(
        "addr add {}/30 dev eth0\nlink set eth0 up\nroute add default via {}\n",
        addresses.sandbox, addresses.host
    );
    ip(&inside, Enter::network_of(pid)?)
}

/// Takes back what was made for one sandbox. What is not there is no error.
pub(super) fn remove(host_side: &HostSide) -> io::Result<()> {
    let HostSide { table, link, index: number, .. } = host_side;
    // The pair goes with the sandbox's namespace, a moment after its last process, and under load some seconds after.
    // No one else is to wait for that, so the lock is taken later.
    let deadline = Instant::now() + Duration::from_secs(5);
    while number.is_some() && index(link) == *number {
        if Instant::now() > deadline {
            ip(&format!("link del {link}\n"), Enter::default())?;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let lock = lock()?;
    // Only now: while the device lived, its rules did. A device that took its name since has a table of its own.
    nft(&rules::gone(table), Enter::default())?;
    forwarding::disable_when_unused(&lock, &lock_path()?)
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

/// A number for an id, the same each time, so that a sandbox tends to keep its address.
pub(super) fn number(id: &str) -> u32 {
    id.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn index(link: &str) -> Option<u32> {
    // Asked of this process's own network namespace; /sys may show another one's.
    let family = rustix::net::AddressFamily::INET;
    let socket = rustix::net::socket(family, rustix::net::SocketType::DGRAM, None).ok()?;
    rustix::net::netdevice::name_to_index(socket, link).ok()
}
