//! Egress: a way out of a sandbox's network namespace, and rules for it that are in force before there is one.
//!
//! A sandbox reaches the internet over IPv4, and name servers of the host on port 53. It does not reach the host,
//! private or link-local addresses, or other sandboxes; nothing reaches it. There is no IPv6.
//!
//! As root that is a veth pair with rules on the host (`veth`). As an ordinary user it is `pasta`, a process of the
//! user's that makes the sandbox's connections, with rules in the sandbox's own network namespace (`pasta`).

mod foreign;
mod forwarding;
mod host;
mod named;
mod pasta;
mod rules;
mod tools;
mod veth;

pub use pasta::Watch;
pub(crate) use pasta::attempt;

use crate::folder::Process;
use crate::spec::IdMap;
use serde::{Deserialize, Serialize};
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::RawFd;

/// What every device of ours on the host is called, before its number.
const PREFIX: &str = "dtn";

/// What was made on the host for one sandbox's egress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostSide {
    /// The nftables table, named after the sandbox; empty where there is none.
    pub table: String,
    /// The host's end of the veth pair.
    pub link: String,
    /// Its number, once it is made; a later device may bear the same name.
    pub index: Option<u32>,
    /// The process that makes the sandbox's connections, for an ordinary user.
    #[serde(default)]
    pub pasta: Option<Process>,
}

/// Everything decided before anything is made.
#[derive(Debug)]
pub struct Plan {
    /// Name servers the sandbox may ask.
    pub resolvers: Vec<Ipv4Addr>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Root(veth::Plan),
    User(pasta::Plan),
}

impl Plan {
    /// Decides on addresses, and on names after `id`: what the sandbox is called outside of its folder.
    ///
    /// # Errors
    /// When a tool is missing, the host has no default route, or no address is free.
    pub fn new(id: &str, ids: IdMap) -> io::Result<Self> {
        let resolvers = host::resolvers();
        let way = match ids {
            IdMap::Range { .. } => Way::Root(veth::Plan::new(id)?),
            IdMap::Single => Way::User(pasta::Plan::new(resolvers.clone())?),
        };
        Ok(Self { resolvers, way })
    }

    /// To be put on record first.
    #[must_use]
    pub fn host_side(&self) -> HostSide {
        match &self.way {
            Way::Root(plan) => plan.host_side(),
            Way::User(_) => HostSide::default(),
        }
    }

    /// The lock's descriptor: a child that is forked meanwhile must close its copy, or it holds the lock as well.
    #[must_use]
    pub fn lock_fd(&self) -> Option<RawFd> {
        match &self.way {
            Way::Root(plan) => Some(plan.lock_fd()),
            Way::User(_) => None,
        }
    }

    /// What the sandbox gets, in words.
    #[must_use]
    pub const fn means(&self) -> &'static str {
        match self.way {
            Way::Root(_) => "egress to public IPv4 addresses only (nftables)",
            Way::User(_) => "egress to public IPv4 addresses only (pasta, nftables)",
        }
    }

    /// Makes the rules, then the way out of the network namespace of process `pid`, and returns what is to be put on
    /// record now, and what is to be watched then.
    ///
    /// # Errors
    /// When a tool fails; [`HostSide::remove`] is due then as well.
    pub fn make(self, pid: i32, warnings: &mut Vec<String>) -> io::Result<(HostSide, Option<Watch>)> {
        match self.way {
            Way::Root(plan) => Ok((plan.make(pid, &self.resolvers, warnings)?, None)),
            Way::User(plan) => plan.make(pid).map(|(host_side, watch)| (host_side, Some(watch))),
        }
    }
}

impl HostSide {
    /// Takes it all back. What is not there is no error.
    ///
    /// # Errors
    /// When something of it remains.
    pub fn remove(&self) -> io::Result<()> {
        if let Some(process) = self.pasta {
            pasta::end(process)?;
        }
        if self.table.is_empty() { Ok(()) } else { veth::remove(self) }
    }
}

/// A kernel without IPv6 has nothing to switch off.
fn absent(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
