//! Parts of `/proc` and `/sys` that speak of the host or steer it: hidden, or made read-only.

use super::failure::{Done, Step};
use super::mounts::{self, DATA, FIXED};
use super::targets;
use rustix::fs::FileType;
use std::fs;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

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

/// How hot each processor was tells of what others do on the machine. As the kernel names them; few machines have any.
fn throttles(processors: &Path) -> Vec<String> {
    let entries = fs::read_dir(processors).into_iter().flatten().filter_map(Result::ok);
    entries
        .filter(|entry| entry.path().join("thermal_throttle").is_dir())
        .map(|entry| format!("sys/devices/system/cpu/{}/thermal_throttle", entry.file_name().display()))
        .collect()
}

/// Hides and protects what is there.
pub(super) fn hide(root: BorrowedFd<'_>) -> Done<()> {
    let nothing = mounts::new("tmpfs", &[("mode", "0555"), ("size", "4k"), ("nr_inodes", "1")], FIXED | DATA)
        .step("make an empty folder")?;
    // A mount can be copied once it is attached, and before that only since Linux 6.15: the first place takes it itself.
    let mut attached = false;
    // This process still sees the host's; the sandbox's own /sys has the same names.
    let throttles = throttles(Path::new("/sys/devices/system/cpu"));
    for path in HIDDEN.into_iter().chain(throttles.iter().map(String::as_str)) {
        let step = || format!("hide /{path}");
        let Some(target) = targets::existing(root, path).step(step())? else { continue };
        let kind = FileType::from_raw_mode(rustix::fs::fstat(&target).step(step())?.st_mode);
        let cover = if kind == FileType::Directory {
            if !attached {
                mounts::attach(&nothing, &target).step(step())?;
                attached = true;
                continue;
            }
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]
mod tests {
    use super::*;

    #[test]
    fn processors_that_count_their_throttling_are_found() {
        let processors = tempfile::tempdir().unwrap();
        for folder in ["cpu0/thermal_throttle", "cpu1/cache", "cpu12/thermal_throttle", "cpuidle"] {
            fs::create_dir_all(processors.path().join(folder)).unwrap();
        }
        fs::write(processors.path().join("online"), "0-12").unwrap();
        let mut found = throttles(processors.path());
        found.sort();
        let path = |name: &str| format!("sys/devices/system/cpu/{name}/thermal_throttle");
        assert_eq!(found, [path("cpu0"), path("cpu12")]);
    }
}
