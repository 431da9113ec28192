//! Who the sandbox's processes are: ids, capabilities, resource limits.

use super::failure::{Done, Step};
use super::weaken::weakened;
use crate::Report;
use crate::spec::{IdMap, Limits, User};
use rustix::process::{Resource, Rlimit};
use rustix::thread::{CapabilitySet, CapabilitySets, Gid, Uid};
use std::fs;

/// What root inside may do that an ordinary user may not. Each acts on the sandbox's own files, processes and
/// ports only.
pub const KEPT_CAPABILITIES: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::SETUID)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::NET_BIND_SERVICE);

/// Writes the id maps of process `pid`, from outside.
pub(super) fn map(pid: i32, ids: IdMap, user: &User) -> Done<()> {
    let (uids, gids) = match ids {
        IdMap::Range { base, count } => (format!("0 {base} {count}"), format!("0 {base} {count}")),
        IdMap::Single => {
            // Without this the kernel does not let an ordinary user map a group.
            fs::write(format!("/proc/{pid}/setgroups"), "deny").step("deny setgroups")?;
            let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
            (format!("{} {uid} 1", user.uid), format!("{} {gid} 1", user.gid))
        }
    };
    fs::write(format!("/proc/{pid}/uid_map"), &uids).step(format!("map user ids ({uids})"))?;
    fs::write(format!("/proc/{pid}/gid_map"), &gids).step(format!("map group ids ({gids})"))
}

/// Becomes root of the new user namespace, to build with. With a single id there is none, and none is needed:
/// the process that made the namespace has every capability in it.
pub(super) fn become_builder(ids: IdMap) -> Done<()> {
    if matches!(ids, IdMap::Range { .. }) {
        take(0, 0, true).step("become root of the user namespace")?;
    }
    Ok(())
}

/// Leaves no user namespaces to make within this one, should a way past the system call filter be found.
pub(super) fn forbid_nesting() {
    // Without a user namespace the setting would be the host's.
    if !weakened("nested") && !weakened("userns") {
        // A kernel without this setting has the filter still.
        let _ = fs::write("/proc/sys/user/max_user_namespaces", "0");
    }
}

/// Becomes the sandbox's user for good, with no more than [`KEPT_CAPABILITIES`] within reach.
pub(super) fn become_user(user: &User, ids: IdMap) -> Done<()> {
    if weakened("caps") {
        return take(user.uid, user.gid, matches!(ids, IdMap::Range { .. }))
            .step("become the sandbox's user");
    }
    for number in 0..64 {
        let capability = CapabilitySet::from_bits_retain(1 << number);
        if KEPT_CAPABILITIES.contains(capability) {
            continue;
        }
        match rustix::thread::remove_capability_from_bounding_set(capability) {
            Ok(()) => {}
            // Past the last one this kernel knows.
            Err(rustix::io::Errno::INVAL) => break,
            Err(error) => return Err(error).step(format!("give up capability {number}")),
        }
    }
    take(user.uid, user.gid, matches!(ids, IdMap::Range { .. })).step("become the sandbox's user")?;
    rustix::thread::clear_ambient_capability_set().step("clear ambient capabilities")?;
    let left = if user.uid == 0 { KEPT_CAPABILITIES } else { CapabilitySet::empty() };
    let sets = CapabilitySets { effective: left, permitted: left, inheritable: CapabilitySet::empty() };
    rustix::thread::set_capabilities(None, sets).step("give up capabilities")
}

fn take(uid: u32, gid: u32, groups: bool) -> rustix::io::Result<()> {
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    // The launcher has one thread, so the thread's ids are the process's.
    if groups {
        rustix::thread::set_thread_groups(&[gid])?;
    }
    rustix::thread::set_thread_res_gid(gid, gid, gid)?;
    rustix::thread::set_thread_res_uid(uid, uid, uid)
}

/// Makes room for the open files a sandbox is to have, or says that there is none.
pub(super) fn allow_files(wanted: u64, report: &mut Report) {
    let Rlimit { current, maximum } = rustix::process::getrlimit(Resource::Nofile);
    let Some(hard) = maximum.filter(|hard| *hard < wanted) else { return };
    let limit = Rlimit { current, maximum: Some(wanted) };
    if let Err(error) = rustix::process::setrlimit(Resource::Nofile, limit) {
        report.warnings.push(format!(
            "a process has {hard} open files at most, not {wanted}: {error}; raise the server's hard limit (ulimit \
             -Hn, or LimitNOFILE= of a systemd unit)"
        ));
    }
}

/// Sets the limits each process has of its own. `process_limits` and `memory` stand in for control groups that
/// the machine does not give.
pub(super) fn limit(limits: &Limits, stand_in: StandIn) -> Done<()> {
    let set = |resource, value: u64, name: &str| {
        // A lower limit of the server's own holds for all it starts, and is not to be raised from in here.
        let value = rustix::process::getrlimit(resource).maximum.map_or(value, |hard| value.min(hard));
        let limit = Rlimit { current: Some(value), maximum: Some(value) };
        rustix::process::setrlimit(resource, limit).step(format!("limit {name}"))
    };
    set(Resource::Nofile, limits.open_files, "open files")?;
    set(Resource::Core, 0, "core dumps")?;
    if stand_in.pids {
        set(Resource::Nproc, u64::from(limits.pids), "processes")?;
    }
    if stand_in.memory {
        set(Resource::Data, limits.memory_bytes, "memory")?;
    }
    if stand_in.disk {
        set(Resource::Fsize, limits.disk_bytes, "the size of files")?;
    }
    Ok(())
}

/// Which limits each process is held to one by one, since nothing holds the sandbox as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StandIn {
    pub(super) pids: bool,
    pub(super) memory: bool,
    pub(super) disk: bool,
}

impl StandIn {
    /// As the one byte the monitor sends the child; never zero.
    pub(super) fn word(self) -> u8 {
        0b1000 | u8::from(self.pids) | (u8::from(self.memory) << 1) | (u8::from(self.disk) << 2)
    }

    pub(super) fn from_word(word: u8) -> Self {
        Self { pids: word & 1 != 0, memory: word & 2 != 0, disk: word & 4 != 0 }
    }
}
