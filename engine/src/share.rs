//! What all sandboxes of a machine may take of it together: four fifths, so that the machine stays reachable.

use std::fs;
use std::thread;

/// Memory, in bytes.
#[must_use]
pub fn memory() -> u64 {
    let info = rustix::system::sysinfo();
    info.totalram.saturating_mul(u64::from(info.mem_unit.max(1))) / 5 * 4
}

/// Processes and threads.
#[must_use]
pub fn pids() -> u64 {
    let limit = |name: &str| -> Option<u64> {
        fs::read_to_string(format!("/proc/sys/kernel/{name}")).ok()?.trim().parse().ok()
    };
    // The least pid_max there is, for a machine that does not say.
    ["pid_max", "threads-max"].into_iter().filter_map(limit).min().unwrap_or(1 << 15) / 5 * 4
}

/// Cores' worth of time: of those this process may run on, within what its own group is held to.
#[must_use]
pub fn cpus() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no machine has that many cores")]
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get) as f64;
    cores * 0.8
}
