//! `/dev`: the few devices that are harmless, bound from the host, and pseudo-terminals of the sandbox's own.

use super::failure::{Done, Step};
use super::mounts::{self, DATA, FILES};
use super::targets;
use crate::spec::IdMap;
use std::os::fd::OwnedFd;
use std::path::Path;

const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

const LINKS: [(&str, &str); 5] = [
    ("ptmx", "pts/ptmx"),
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
];

/// Mounts `/dev` in a root file system.
pub(super) fn mount(root: &OwnedFd, shm_bytes: u64, ids: IdMap) -> Done<()> {
    let target = targets::real_folder(root, "dev").step("make a place for /dev")?;
    let options = [("mode", "0755"), ("size", "64k"), ("nr_inodes", "64")];
    // Devices are not barred on this mount itself: a user namespace cannot make any on it, and the kernel would
    // take the bar over to nothing, since each device below is a mount of its own.
    let dev = mounts::new("tmpfs", &options, libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NOEXEC)
        .step("mount /dev")?;
    mounts::attach(&dev, &target).step("mount /dev")?;
    for name in DEVICES {
        device(&dev, name)?;
    }
    if super::weaken::weakened("devices") {
        device(&dev, "kmsg")?;
    }
    for (name, to) in LINKS {
        rustix::fs::symlinkat(to, &dev, name).step(format!("make /dev/{name}"))?;
    }
    terminals(&dev, ids)?;
    let shm = targets::real_folder(&dev, "shm").step("make a place for /dev/shm")?;
    let size = shm_bytes.to_string();
    let tmpfs = mounts::new("tmpfs", &[("mode", "1777"), ("size", &size), ("nr_inodes", "65536")], DATA)
        .step("mount /dev/shm")?;
    mounts::attach(&tmpfs, &shm).step("mount /dev/shm")?;
    // Message queues need an ipc namespace with the feature built in; no program insists.
    if let Ok(queues) = mounts::new("mqueue", &[], DATA) {
        let target = targets::real_folder(&dev, "mqueue").step("make a place for /dev/mqueue")?;
        mounts::attach(&queues, &target).step("mount /dev/mqueue")?;
    }
    mounts::restrict_top(&dev, libc::MOUNT_ATTR_RDONLY).step("protect /dev")
}

/// Binds one device of the host. Read-only concerns the node (its mode, owner and times), not what is behind it.
fn device(dev: &OwnedFd, name: &str) -> Done<()> {
    let step = || format!("mount /dev/{name}");
    let node = mounts::clone_path(&Path::new("/dev").join(name)).step(step())?;
    let attributes = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NOEXEC;
    mounts::restrict(&node, attributes).step(step())?;
    let target = targets::real_file(dev, name).step(step())?;
    mounts::attach(&node, &target).step(step())
}

fn terminals(dev: &OwnedFd, ids: IdMap) -> Done<()> {
    let target = targets::real_folder(dev, "pts").step("make a place for /dev/pts")?;
    let mut options = vec![("newinstance", ""), ("ptmxmode", "0666"), ("mode", "0620"), ("max", "256")];
    if matches!(ids, IdMap::Range { .. }) {
        // The group that owns terminals by old custom; a single id cannot hold it.
        options.push(("gid", "5"));
    }
    let attributes = FILES & !libc::MOUNT_ATTR_NODEV | libc::MOUNT_ATTR_NOEXEC;
    let pts = mounts::new("devpts", &options, attributes).step("mount /dev/pts")?;
    mounts::attach(&pts, &target).step("mount /dev/pts")
}
