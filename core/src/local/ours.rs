//! Whether what listens where `server.json` says is this user's server, and still is.
//!
//! Any user of the machine may listen on a loopback port that is free, and would be sent the API key by whoever still
//! took the port for the server's. So the key goes only where two things hold. The socket that listens belongs to this
//! user, seen when the server is found. And the server is as it was found, seen before each request: its process lives,
//! and it has not taken `server.json` away, which it does before it lets the port go. A process is held by a handle, not
//! by its number, which another may have by now.
//!
//! What is left is the moment between looking and connecting: a few microseconds in which the server would have to die
//! and somebody else take its port.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A server as it was found.
#[derive(Debug)]
pub(super) struct Found {
    process: imp::Process,
    file: PathBuf,
    seen: imp::Stamp,
}

impl Found {
    /// The process with this id, and the file in which it says where it listens. None when either is not there.
    pub(super) fn new(pid: u32, file: &Path) -> io::Result<Option<Self>> {
        let Some(process) = imp::Process::open(pid)? else { return Ok(None) };
        let seen = imp::Stamp::of(file)?;
        Ok(seen.map(|seen| Self { process, file: file.to_owned(), seen }))
    }

    /// Whether it is there as it was. Takes two system calls, about a microsecond.
    pub(super) fn is_there(&self) -> bool {
        !self.process.has_ended() && imp::Stamp::of(&self.file).is_ok_and(|now| now == Some(self.seen))
    }
}

/// Whether every socket that listens on this very address is this user's, and one is there.
pub(super) fn listens(address: SocketAddr) -> io::Result<bool> {
    imp::listens(address)
}

#[cfg(target_os = "linux")]
mod imp {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    use std::io;
    use std::net::{IpAddr, SocketAddr};
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    #[derive(Debug)]
    pub(super) enum Process {
        Held(OwnedFd),
        /// Where the kernel, or a filter, has no handles of processes.
        Numbered(u32),
    }

    impl Process {
        pub(super) fn open(pid: u32) -> io::Result<Option<Self>> {
            let Some(number) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return Ok(None) };
            match pidfd_open(number, PidfdFlags::empty()) {
                Ok(held) => Ok(Some(Self::Held(held))),
                Err(rustix::io::Errno::SRCH) => Ok(None),
                Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {
                    Ok(super::super::find::is_alive(pid).then_some(Self::Numbered(pid)))
                }
                Err(error) => Err(error.into()),
            }
        }

        pub(super) fn has_ended(&self) -> bool {
            match self {
                // It can be read from when the process is no more.
                Self::Held(held) => {
                    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
                    poll(&mut [PollFd::new(held, PollFlags::IN)], Some(&now)) != Ok(0)
                }
                Self::Numbered(pid) => !super::super::find::is_alive(*pid),
            }
        }
    }

    /// Tells a file from one that has taken its place.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) struct Stamp([i64; 4]);

    impl Stamp {
        pub(super) fn of(file: &Path) -> io::Result<Option<Self>> {
            match std::fs::metadata(file) {
                Ok(meta) => Ok(Some(Self([
                    meta.dev().cast_signed(),
                    meta.ino().cast_signed(),
                    meta.ctime(),
                    meta.ctime_nsec(),
                ]))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        }
    }

    pub(super) fn listens(address: SocketAddr) -> io::Result<bool> {
        let table = if address.is_ipv4() { "/proc/self/net/tcp" } else { "/proc/self/net/tcp6" };
        let owners = listeners(&std::fs::read_to_string(table)?, address);
        let me = rustix::process::geteuid().as_raw();
        Ok(!owners.is_empty() && owners.iter().all(|owner| *owner == me))
    }

    /// The users whose sockets listen there, by the kernel's table.
    pub(super) fn listeners(table: &str, address: SocketAddr) -> Vec<u32> {
        const LISTEN: &str = "0A";
        let wanted = written(address);
        let lines = table.lines().skip(1).map(|line| line.split_ascii_whitespace().collect::<Vec<_>>());
        let there =
            lines.filter(|line| line.get(1) == Some(&wanted.as_str()) && line.get(3) == Some(&LISTEN));
        // A line that cannot be read counts as somebody else's.
        there.map(|line| line.get(7).and_then(|uid| uid.parse().ok()).unwrap_or(u32::MAX)).collect()
    }

    /// As the table has it: words in the machine's own order.
    fn written(address: SocketAddr) -> String {
        let octets = match address.ip() {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        let mut text = String::new();
        for word in octets.chunks_exact(4) {
            text.push_str(&format!("{:08X}", u32::from_ne_bytes([word[0], word[1], word[2], word[3]])));
        }
        format!("{text}:{:04X}", address.port())
    }
}

/// There is no local server elsewhere.
#[cfg(not(target_os = "linux"))]
mod imp {
    use std::io;
    use std::net::SocketAddr;
    use std::path::Path;

    #[derive(Debug)]
    pub(super) struct Process;

    impl Process {
        pub(super) fn open(_pid: u32) -> io::Result<Option<Self>> {
            Ok(None)
        }

        pub(super) fn has_ended(&self) -> bool {
            true
        }
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) struct Stamp;

    impl Stamp {
        pub(super) fn of(_file: &Path) -> io::Result<Option<Self>> {
            Ok(None)
        }
    }

    pub(super) fn listens(_address: SocketAddr) -> io::Result<bool> {
        Ok(false)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::imp::listeners;
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn only_what_listens_on_the_very_address_counts() {
        let (mut one, mut six) = (String::from("head\n"), String::from("head\n"));
        for (address, state, uid) in [
            ("0100007F:0FA0", "0A", 1000),
            ("0100007F:0FA0", "01", 1001),
            ("0100007F:0FA1", "0A", 1002),
            ("00000000:0FA0", "0A", 1003),
            ("0100007F:0FA0", "0A", 1004),
        ] {
            one += &format!(
                " 0: {address} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000  {uid} 0 7 1\n"
            );
        }
        six += " 0: 00000000000000000000000001000000:0FA0 00000000000000000000000000000000:0000 0A \
                00000000:00000000 00:00000000 00000000  1005 0 8 1\n";
        if cfg!(target_endian = "little") {
            assert_eq!(listeners(&one, SocketAddr::from(([127, 0, 0, 1], 4000))), [1000, 1004]);
            assert_eq!(listeners(&six, "[::1]:4000".parse().expect("an address")), [1005]);
        }
        assert_eq!(listeners("head\n 0: x\n", SocketAddr::from(([127, 0, 0, 1], 4000))), [] as [u32; 0]);
    }

    #[test]
    fn a_listener_of_this_user_is_seen_until_it_closes() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(address) else {
                println!("skipped for {address}: this machine has no such address");
                continue;
            };
            let address = listener.local_addr().expect("an address");
            assert!(listens(address).expect("the table can be read"), "{address}");
            drop(listener);
            assert!(!listens(address).expect("the table can be read"), "{address}");
        }
    }
}
