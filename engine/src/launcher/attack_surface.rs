//! Parts of `/proc` and `/sys` that speak of the host or steer it: hidden, or made read-only.

use super::failure::{Done, Step};
use super::mounts::{self, DATA, FIXED};
use super::targets;
use rustix::fs::FileType;
use std::os::fd::{AsFd, BorrowedFd};

/// Shown as empty: they tell of the host's hardware, kernel keys or timing, or reach its firmware.
const HIDDEN: [&str; 16] = [
    "proc/acpi",
    "proc/asound",
    "proc/bus",
    "proc/interrupts",
    "proc/kcore",
    "proc/keys",
    "proc/kmsg",
    "proc/latency_stats",
    "proc/sched_debug",
    "proc/scsi",
    "proc/timer_list",
    "proc/timer_stats",
    "sys/devices/virtual/powercap",
    "sys/firmware",
    "sys/fs",
    "sys/kernel",
];

/// Readable only: they set what the kernel does.
const READ_ONLY: [&str; 4] = ["proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"];

/// Hides and protects what is there.
pub(super) fn hide(root: BorrowedFd<'_>) -> Done<()> {
    let nothing = mounts::new("tmpfs", &[("mode", "0555"), ("size", "4k"), ("nr_inodes", "1")], FIXED | DATA)
        .step("make an empty folder")?;
    for path in HIDDEN {
        let step = || format!("hide /{path}");
        let Some(target) = targets::existing(root, path).step(step())? else { continue };
        let kind = FileType::from_raw_mode(rustix::fs::fstat(&target).step(step())?.st_mode);
        let cover = if kind == FileType::Directory {
            mounts::clone_fd(&nothing).step(step())?
        } else {
            // `/dev` of this root holds the one device that reads as empty and takes no word in.
            let null = targets::existing(root, "dev/null").step(step())?;
            let Some(null) = null else { continue };
            let cover = mounts::clone_fd(&null).step(step())?;
            mounts::restrict(&cover, FIXED & !libc::MOUNT_ATTR_NODEV).step(step())?;
            cover
        };
        mounts::attach(&cover, &target).step(step())?;
    }
    for path in READ_ONLY {
        let step = || format!("protect /{path}");
        let Some(target) = targets::existing(root, path).step(step())? else { continue };
        let copy = mounts::clone_fd(target.as_fd()).step(step())?;
        mounts::restrict(&copy, FIXED | DATA).step(step())?;
        mounts::attach(&copy, &target).step(step())?;
    }
    Ok(())
}
