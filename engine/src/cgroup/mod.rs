//! Control groups, version 1 and 2: what holds a sandbox to its processes, memory and processor time.
//!
//! A sandbox's group lies beneath the one this process is in (or the nearest above it that may be divided), so
//! limits that were set on the server hold for its sandboxes too. What cannot be had is said in a warning and the
//! sandbox runs with less, as it does on a machine that has no groups to give: pids and memory are then limited
//! process by process. One thing does fail a start: processes in the sandbox's own group that cannot be ended. They
//! are a former run's, on the same disk and with the same ids, held to nothing any more.

mod divide;
mod look;

use crate::spec::Limits;
use crate::{Report, share};
use divide::{Unmade, make, set};
pub use divide::{remove, settle, sweep};
pub use look::{Hierarchy, hierarchies};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The controllers that limits are made of.
pub const CONTROLLERS: [&str; 3] = ["memory", "pids", "cpu"];

/// Folder beneath which every sandbox's group lies.
const OURS: &str = "daytona";

/// Where the server goes when its own group is to be divided.
const LEAF: &str = "daytona-server";

/// The groups of one sandbox.
#[derive(Debug, Default)]
pub struct Groups {
    planned: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    at: Hierarchy,
    folder: PathBuf,
    /// What is limited in it; nothing before it is made.
    limited: BTreeSet<&'static str>,
}

impl Groups {
    /// Decides on the groups called `name` and makes none yet, so that they can be on record first.
    ///
    /// # Errors
    /// When this machine's hierarchies cannot be read.
    pub fn plan(name: &str) -> io::Result<Self> {
        let planned = hierarchies()?.into_iter().map(|at| {
            let folder = at.parent.join(OURS).join(name);
            Group { at, folder, limited: BTreeSet::new() }
        });
        Ok(Self { planned: planned.collect() })
    }

    /// Makes the groups and sets limits, noting in `report` what cannot be had.
    ///
    /// # Errors
    /// When a group is there already and its processes cannot be ended; [`Groups::remove`] is due then as well.
    pub fn create(&mut self, limits: &Limits, report: &mut Report) -> io::Result<()> {
        for group in &mut self.planned {
            group.make(limits, report)?;
        }
        for name in CONTROLLERS {
            if !self.planned.iter().any(|group| group.at.controllers.contains(name)) {
                report.warnings.push(format!(
                    "the {name} limit is not enforced: this process may make no control group that has {name}; run \
                     the server as root or as a systemd unit with Delegate=yes, with no other process in its group"
                ));
            }
        }
        Ok(())
    }

    /// Puts a process into every group, and notes in `report` which limits it is held to.
    pub fn add(&mut self, pid: i32, report: &mut Report) {
        for Group { at, folder, limited } in &mut self.planned {
            if limited.is_empty() {
                continue;
            }
            if let Err(error) = set(&folder.join("cgroup.procs"), &pid.to_string()) {
                for name in std::mem::take(limited) {
                    report.warnings.push(format!("the {name} limit is not enforced: {error}"));
                }
            }
            report.enforced.extend(limited.iter().map(|name| format!("{name} (cgroup v{})", at.version)));
        }
    }

    /// Whether the limit of that controller is in force.
    #[must_use]
    pub fn limits(&self, controller: &str) -> bool {
        self.planned.iter().any(|group| group.limited.contains(controller))
    }

    /// The groups' folders.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.planned.iter().map(|group| group.folder.as_path())
    }

    /// How often the kernel killed in the sandbox for lack of memory.
    #[must_use]
    pub fn oom_kills(&self) -> u64 {
        self.folders().map(oom_kills).max().unwrap_or(0)
    }

    /// Kills what is left in the groups and removes them.
    pub fn remove(&mut self) -> bool {
        let all = self.folders().filter(|folder| !remove(folder)).count() == 0;
        self.planned.clear();
        all
    }
}

impl Group {
    fn make(&mut self, limits: &Limits, report: &mut Report) -> io::Result<()> {
        let refused = match make(&self.at, &self.folder) {
            Ok(refused) => refused,
            Err(Unmade::InUse) => {
                return Err(io::Error::other(format!(
                    "{} holds processes of a former run that do not end",
                    self.folder.display()
                )));
            }
            Err(Unmade::Refused(error)) => {
                let why = format!("make {}: {error}", self.folder.display());
                self.at.controllers.iter().map(|name| (*name, why.clone())).collect()
            }
        };
        let ours = self.at.parent.join(OURS);
        for name in &self.at.controllers {
            let limited = match refused.get(name) {
                Some(why) => Err(io::Error::other(why.clone())),
                None => limit(name, self.at.version, &ours, &self.folder, limits, report),
            };
            match limited {
                Ok(()) => drop(self.limited.insert(name)),
                Err(why) => report.warnings.push(format!("the {name} limit is not enforced: {why}")),
            }
        }
        Ok(())
    }
}

/// Sets one limit, of the sandbox and of all of them together.
///
/// The sum is set anew with each sandbox: the group goes with the last one. It lets each be promised more than its
/// share while most of them idle.
fn limit(
    name: &str,
    version: u8,
    ours: &Path,
    folder: &Path,
    limits: &Limits,
    report: &mut Report,
) -> io::Result<()> {
    let together = match (name, version) {
        ("memory", 1) => set(&ours.join("memory.limit_in_bytes"), &share::memory().to_string()),
        ("memory", _) => set(&ours.join("memory.max"), &share::memory().to_string()),
        ("pids", _) => set(&ours.join("pids.max"), &share::pids().to_string()),
        _ => set_cpu(ours, version, share::cpus()),
    };
    if let Err(error) = together {
        report.warnings.push(format!("the {name} of all sandboxes together is not limited: {error}"));
    }
    match name {
        "memory" => {
            let bytes = limits.memory_bytes.to_string();
            let (memory, swap, swap_bytes, remedy) = match version {
                1 => (
                    "memory.limit_in_bytes",
                    "memory.memsw.limit_in_bytes",
                    bytes.as_str(),
                    "; boot with swapaccount=1",
                ),
                _ => ("memory.max", "memory.swap.max", "0", ""),
            };
            set(&folder.join(memory), &bytes)?;
            if let Err(error) = set(&folder.join(swap), swap_bytes) {
                report.warnings.push(format!("swap is not limited: {error}{remedy}"));
            }
            Ok(())
        }
        "pids" => set(&folder.join("pids.max"), &limits.pids.to_string()),
        // Version 1 takes no more for one than for all.
        _ => set_cpu(folder, version, limits.cpus.min(share::cpus())).map_err(|error| {
            let hint = "where a group above is held to less, that holds";
            io::Error::new(error.kind(), format!("{error} ({hint})"))
        }),
    }
}

fn set_cpu(folder: &Path, version: u8, cpus: f64) -> io::Result<()> {
    let quota = quota_us(cpus);
    if version == 1 {
        set(&folder.join("cpu.cfs_period_us"), &PERIOD_US.to_string())?;
        return set(&folder.join("cpu.cfs_quota_us"), &quota.to_string());
    }
    set(&folder.join("cpu.max"), &format!("{quota} {PERIOD_US}"))
}

/// Whether the memory of sandboxes, each and all together, can be limited here.
#[must_use]
pub fn can_limit_memory() -> bool {
    hierarchies().is_ok_and(|found| found.iter().any(|hierarchy| hierarchy.controllers.contains("memory")))
}

const PERIOD_US: u64 = 100_000;

/// The kernel refuses quotas under a millisecond.
fn quota_us(cpus: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
    let quota = (cpus * 100_000.0).clamp(1_000.0, 1e9) as u64;
    quota
}

fn oom_kills(folder: &Path) -> u64 {
    ["memory.events", "memory.oom_control"]
        .iter()
        .filter_map(|name| fs::read_to_string(folder.join(name)).ok())
        .flat_map(|text| text.lines().filter_map(|line| line.strip_prefix("oom_kill ")?.parse().ok()).next())
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_stay_within_what_the_kernel_takes() {
        assert_eq!(quota_us(0.0), 1_000);
        assert_eq!(quota_us(1.5), 150_000);
        assert_eq!(quota_us(f64::INFINITY), 1_000_000_000);
    }
}
