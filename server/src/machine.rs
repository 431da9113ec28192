//! What this machine has: read once at start-up, the base of quotas and defaults.

use std::path::Path;

/// One gibibyte; sandboxes' memory and disk are counted in it.
pub(crate) const GIB: u64 = 1 << 30;

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
    /// The largest disk one sandbox may ask for, in GiB.
    pub(crate) disk_gib: u32,
    /// Root may give each sandbox an id range of its own.
    pub(crate) root: bool,
}

impl Machine {
    /// Looks at the machine. `memory_limit` bounds what is promised, `capped` says that the kernel bounds what
    /// is used.
    pub(crate) fn detect(data_dir: &Path, memory_limit: Option<u64>, capped: bool) -> Self {
        let allowed = memory_limit.unwrap_or_else(daytona_engine::share::memory);
        let memory_gib = u32::try_from(allowed / GIB).unwrap_or(u32::MAX).max(1);
        // The disk limit is a ceiling for one sandbox's sparse layer, not a reservation: it must fit the disk.
        let disk = rustix::fs::statvfs(data_dir).map_or(0, |fs| fs.f_blocks.saturating_mul(fs.f_frsize));
        Self {
            cpus: std::thread::available_parallelism()
                .map_or(1, |count| u32::try_from(count.get()).unwrap_or(1)),
            memory_gib,
            promised_gib: if memory_limit.is_none() && capped { u32::MAX } else { memory_gib },
            disk_gib: u32::try_from(disk / GIB).unwrap_or(u32::MAX).max(1),
            root: rustix::process::geteuid().is_root(),
        }
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
