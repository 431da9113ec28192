//! What this machine has: read once at start-up, the base of quotas and defaults.

use std::path::{Path, PathBuf};

/// One gibibyte; sandboxes' memory and disk are counted in it.
pub(crate) const GIB: u64 = 1 << 30;

/// Kept free on the data folder's disk, for the database and for what running sandboxes write meanwhile: a tenth of
/// it, up to this.
const RESERVE: u64 = 4 * GIB;

/// Capacity and identity of the machine as far as sandboxes are concerned.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// Cores.
    pub(crate) cpus: u32,
    /// The most memory one sandbox may ask for, in GiB.
    pub(crate) memory_gib: u32,
    /// What running sandboxes may be promised together, in GiB. Without bound where the kernel caps what they
    /// really use: most of them idle, and a promise costs nothing.
    pub(crate) promised_gib: u32,
    /// Where sandboxes' disks grow.
    data_dir: PathBuf,
    /// What of that disk is to stay free, in bytes; none: a tenth of it, within bounds.
    disk_reserve: Option<u64>,
    /// Root may give each sandbox an id range of its own.
    pub(crate) root: bool,
}

impl Machine {
    /// Looks at the machine. `memory_limit` bounds what is promised, `capped` says that the kernel bounds what
    /// is used.
    pub(crate) fn detect(
        data_dir: &Path,
        memory_limit: Option<u64>,
        capped: bool,
        disk_reserve: Option<u64>,
    ) -> Self {
        let allowed = memory_limit.unwrap_or_else(daytona_engine::share::memory);
        let memory_gib = u32::try_from(allowed / GIB).unwrap_or(u32::MAX).max(1);
        Self {
            cpus: std::thread::available_parallelism()
                .map_or(1, |count| u32::try_from(count.get()).unwrap_or(1)),
            memory_gib,
            promised_gib: if memory_limit.is_none() && capped { u32::MAX } else { memory_gib },
            data_dir: data_dir.to_owned(),
            disk_reserve,
            root: rustix::process::geteuid().is_root(),
        }
    }

    /// The largest disk a new sandbox may be promised now, in GiB: what is free beyond the reserve.
    ///
    /// Not the sum of what was promised: disks are sparse, most sandboxes fill little of theirs, and a thousand idle
    /// ones of the default size would be promised more than any disk has. So promises are made by what is really
    /// left, and no single one can take more than that; when the reserve is reached, nothing new is made while the
    /// database and those that run go on writing. Several sandboxes that fill their disks at the same time can still
    /// fill this one.
    pub(crate) fn disk_left_gib(&self) -> u32 {
        // What cannot be asked is no reason to refuse: writing will tell.
        let Ok(disk) = rustix::fs::statvfs(&self.data_dir) else { return u32::MAX };
        let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
        left_gib(bytes(disk.f_bavail), bytes(disk.f_blocks), self.disk_reserve)
    }

    /// How many sandboxes to keep warm when nobody said.
    pub(crate) fn warm_pool(&self) -> usize {
        match self.memory_gib {
            0..=3 => 1,
            4..=15 => 2,
            _ => 4,
        }
    }
}

/// Whole GiB of what is free beyond the reserve.
fn left_gib(free: u64, size: u64, reserve: Option<u64>) -> u32 {
    let reserve = reserve.unwrap_or_else(|| RESERVE.min(size / 10));
    u32::try_from(free.saturating_sub(reserve) / GIB).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_stays_free_on_any_disk() {
        assert_eq!(left_gib(100 * GIB, 500 * GIB, None), 96);
        assert_eq!(left_gib(4 * GIB, 500 * GIB, None), 0);
        assert_eq!(left_gib(8 * GIB, 10 * GIB, None), 7);
        assert_eq!(left_gib(GIB / 2, 10 * GIB, None), 0);
        assert_eq!(left_gib(8 * GIB, 10 * GIB, Some(6 * GIB)), 2);
        assert_eq!(left_gib(8 * GIB, 10 * GIB, Some(u64::MAX)), 0);
    }
}
