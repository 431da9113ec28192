//! Control groups, version 1 and 2: what holds a sandbox to its processes, memory and processor time.
//!
//! A sandbox's group lies beneath the one this process is in (or the nearest above it that may be divided), so
//! limits that were set on the server hold for its sandboxes too. What cannot be had is said in a warning.

use crate::Report;
use crate::spec::Limits;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The controllers that limits are made of.
pub const CONTROLLERS: [&str; 3] = ["memory", "pids", "cpu"];

/// Folder beneath which every sandbox's group lies.
const OURS: &str = "daytona";

/// A hierarchy in which this process may make groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hierarchy {
    /// 1 or 2.
    pub version: u8,
    /// Those of [`CONTROLLERS`] it has.
    pub controllers: BTreeSet<&'static str>,
    /// The group beneath which ours are made.
    pub parent: PathBuf,
}

/// The groups of one sandbox.
#[derive(Debug, Default)]
pub struct Groups {
    planned: Vec<(Hierarchy, PathBuf)>,
    limited: BTreeSet<&'static str>,
}

/// Finds the hierarchies this process may use, from `/proc/self/mountinfo` and `/proc/self/cgroup`.
///
/// # Errors
/// When those files cannot be read.
pub fn hierarchies() -> io::Result<Vec<Hierarchy>> {
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let membership = fs::read_to_string("/proc/self/cgroup")?;
    let mut found: Vec<Hierarchy> = Vec::new();
    for line in mounts.lines() {
        let Some(mount) = Mount::parse(line) else { continue };
        let Some(own) = mount.own_group(&membership) else { continue };
        let hierarchy =
            if mount.kind == "cgroup2" { divisible(&mount.point, own) } else { version1(&mount, own) };
        let Some(mut hierarchy) = hierarchy else { continue };
        hierarchy.controllers.retain(|name| !found.iter().any(|known| known.controllers.contains(name)));
        if !hierarchy.controllers.is_empty() {
            found.push(hierarchy);
        }
    }
    Ok(found)
}

impl Groups {
    /// Decides on the groups of sandbox `id` and makes none yet, so that they can be on record first.
    ///
    /// # Errors
    /// When this machine's hierarchies cannot be read.
    pub fn plan(id: &str) -> io::Result<Self> {
        let planned = hierarchies()?.into_iter().map(|at| {
            let folder = at.parent.join(OURS).join(id);
            (at, folder)
        });
        Ok(Self { planned: planned.collect(), limited: BTreeSet::new() })
    }

    /// Makes the groups and sets limits, noting in `report` what is in force and what not.
    ///
    /// # Errors
    /// When a limit cannot be set in a group that could be made; [`Groups::remove`] is due then as well.
    pub fn create(&mut self, limits: &Limits, report: &mut Report) -> io::Result<()> {
        let planned = std::mem::take(&mut self.planned);
        let made = planned.iter().try_for_each(|(at, folder)| self.enter(at, folder, limits, report));
        self.planned = planned;
        made?;
        for name in CONTROLLERS {
            if !self.limited.contains(name) {
                report.warnings.push(format!(
                    "the {name} limit is not enforced: no {name} control group is delegated to this user; run the \
                     server as root or as a systemd unit with Delegate=yes"
                ));
            }
        }
        Ok(())
    }

    /// Whether the limit of that controller is in force.
    #[must_use]
    pub fn limits(&self, controller: &str) -> bool {
        self.limited.contains(controller)
    }

    /// The groups' folders.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.planned.iter().map(|(_, folder)| folder.as_path())
    }

    /// Puts a process into every group.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn add(&self, pid: i32) -> io::Result<()> {
        self.folders().try_for_each(|folder| set(&folder.join("cgroup.procs"), &pid.to_string()))
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

    fn enter(
        &mut self,
        at: &Hierarchy,
        folder: &Path,
        limits: &Limits,
        report: &mut Report,
    ) -> io::Result<()> {
        let ours = at.parent.join(OURS);
        make(&ours, folder, at.version)?;
        if at.controllers.contains("memory") {
            cap_the_sum(&ours, at.version, report);
        }
        for name in &at.controllers {
            match (*name, at.version) {
                ("memory", 1) => {
                    let bytes = limits.memory_bytes.to_string();
                    set(&folder.join("memory.limit_in_bytes"), &bytes)?;
                    if let Err(error) = set(&folder.join("memory.memsw.limit_in_bytes"), &bytes) {
                        report
                            .warnings
                            .push(format!("swap is not limited: {error}; boot with swapaccount=1"));
                    }
                }
                ("memory", _) => {
                    set(&folder.join("memory.max"), &limits.memory_bytes.to_string())?;
                    if let Err(error) = set(&folder.join("memory.swap.max"), "0") {
                        report.warnings.push(format!("swap is not limited: {error}"));
                    }
                }
                ("pids", _) => set(&folder.join("pids.max"), &limits.pids.to_string())?,
                (_, 1) => {
                    set(&folder.join("cpu.cfs_period_us"), &PERIOD_US.to_string())?;
                    set(&folder.join("cpu.cfs_quota_us"), &quota_us(limits.cpus).to_string())?;
                }
                _ => set(&folder.join("cpu.max"), &format!("{} {PERIOD_US}", quota_us(limits.cpus)))?,
            }
            self.limited.insert(name);
            report.enforced.push(format!("{name} (cgroup v{})", at.version));
        }
        Ok(())
    }
}

/// Holds all sandboxes together below 80 % of the machine's memory, so that each may be promised more than its
/// share while most of them idle. Set anew with each sandbox: the group goes with the last one.
fn cap_the_sum(ours: &Path, version: u8, report: &mut Report) {
    let info = rustix::system::sysinfo();
    let total = info.totalram.saturating_mul(u64::from(info.mem_unit.max(1)));
    let file = if version == 1 { "memory.limit_in_bytes" } else { "memory.max" };
    if let Err(error) = set(&ours.join(file), &(total / 5 * 4).to_string()) {
        report.warnings.push(format!("the memory of all sandboxes together is not limited: {error}"));
    }
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

/// Kills what is left in one group and removes it, and its parent of ours once that is empty.
#[must_use]
pub fn remove(folder: &Path) -> bool {
    // Members of a group vanish from it a moment after they died.
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match fs::remove_dir(folder) {
            Ok(()) => break,
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            Err(_) if Instant::now() > deadline => return false,
            Err(_) => {
                kill_members(folder);
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
    if let Some(ours) = folder.parent().filter(|parent| parent.ends_with(OURS)) {
        // Refused while another sandbox has a group there, which is as it should be.
        let _ = fs::remove_dir(ours);
    }
    true
}

/// Removes empty groups of ours that no start can still be about to fill: those of sandboxes whose monitor was killed
/// and whose folder, with the record in it, was deleted as well.
///
/// # Errors
/// When this machine's hierarchies cannot be read.
pub fn sweep() -> io::Result<()> {
    for hierarchy in hierarchies()? {
        let Ok(groups) = fs::read_dir(hierarchy.parent.join(OURS)) else { continue };
        for group in groups.filter_map(Result::ok) {
            let age = group.metadata().and_then(|of| of.modified()).ok().and_then(|at| at.elapsed().ok());
            if age.is_some_and(|age| age > LONGER_THAN_A_START) {
                // Refused by the kernel while a process is in it.
                let _ = fs::remove_dir(group.path());
            }
        }
    }
    Ok(())
}

const LONGER_THAN_A_START: Duration = Duration::from_secs(300);

fn kill_members(folder: &Path) {
    if fs::write(folder.join("cgroup.kill"), "1").is_ok() {
        return;
    }
    let members = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    for pid in members.lines().filter_map(|line| line.parse().ok()).filter_map(rustix::process::Pid::from_raw)
    {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

fn oom_kills(folder: &Path) -> u64 {
    ["memory.events", "memory.oom_control"]
        .iter()
        .filter_map(|name| fs::read_to_string(folder.join(name)).ok())
        .flat_map(|text| text.lines().filter_map(|line| line.strip_prefix("oom_kill ")?.parse().ok()).next())
        .max()
        .unwrap_or(0)
}

/// Makes the group, and the one above it again when another sandbox's end removed it meanwhile.
fn make(ours: &Path, folder: &Path, version: u8) -> io::Result<()> {
    for _ in 0..100 {
        fs::create_dir_all(ours)?;
        if version == 2 {
            enable(ours);
        }
        match fs::create_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !remove(folder) {
                    return Err(io::Error::other(format!("{} is in use", folder.display())));
                }
            }
            other => return other,
        }
    }
    Err(io::Error::other(format!("{} is removed again and again", ours.display())))
}

fn set(file: &Path, value: &str) -> io::Result<()> {
    fs::write(file, value).map_err(|error| {
        io::Error::new(error.kind(), format!("write {value} to {}: {error}", file.display()))
    })
}

fn version1(mount: &Mount<'_>, own: PathBuf) -> Option<Hierarchy> {
    let controllers: BTreeSet<_> =
        CONTROLLERS.into_iter().filter(|name| mount.controllers.contains(name)).collect();
    let writable = rustix::fs::access(&own, rustix::fs::Access::WRITE_OK).is_ok();
    (writable && !controllers.is_empty()).then_some(Hierarchy { version: 1, controllers, parent: own })
}

/// Version 2 lets a group give controllers to its children only while it holds no process itself, so the
/// nearest ancestor that may be divided is the parent of ours.
fn divisible(mount: &Path, own: PathBuf) -> Option<Hierarchy> {
    let mut at = Some(own.as_path());
    while let Some(group) = at.filter(|group| group.starts_with(mount)) {
        if rustix::fs::access(group, rustix::fs::Access::WRITE_OK).is_ok() {
            let controllers = enable(group);
            if !controllers.is_empty() {
                return Some(Hierarchy { version: 2, controllers, parent: group.to_owned() });
            }
        }
        at = group.parent();
    }
    None
}

/// Gives the children of a version 2 group what controllers it has, and returns those they have then.
fn enable(group: &Path) -> BTreeSet<&'static str> {
    let file = group.join("cgroup.subtree_control");
    for name in CONTROLLERS {
        // One by one: an absent controller must not take the others with it.
        let _ = fs::write(&file, format!("+{name}"));
    }
    let enabled = fs::read_to_string(&file).unwrap_or_default();
    CONTROLLERS
        .into_iter()
        .filter(|name| enabled.split_ascii_whitespace().any(|word| word == *name))
        .collect()
}

struct Mount<'a> {
    kind: &'a str,
    root: &'a str,
    point: PathBuf,
    controllers: Vec<&'a str>,
}

impl<'a> Mount<'a> {
    /// Reads one line of mountinfo when it is a cgroup mount.
    fn parse(line: &'a str) -> Option<Self> {
        let (before, after) = line.split_once(" - ")?;
        let mut before = before.split(' ').skip(3);
        let (root, point) = (before.next()?, before.next()?);
        let mut after = after.split(' ');
        let kind = after.next().filter(|kind| matches!(*kind, "cgroup" | "cgroup2"))?;
        let controllers = after.nth(1)?.split(',').collect();
        // The kernel writes a space in a path as \040; no cgroup mount has one.
        (!point.contains('\\')).then(|| Self { kind, root, point: PathBuf::from(point), controllers })
    }

    /// The folder of the group this process is in, as seen through this mount.
    fn own_group(&self, membership: &str) -> Option<PathBuf> {
        let path = membership.lines().find_map(|line| {
            let mut fields = line.splitn(3, ':').skip(1);
            let (names, path) = (fields.next()?, fields.next()?);
            let ours = if self.kind == "cgroup2" {
                names.is_empty()
            } else {
                !names.is_empty() && names.split(',').all(|name| self.controllers.contains(&name))
            };
            ours.then_some(path)
        })?;
        let beneath = path.strip_prefix(self.root).or((self.root == "/").then_some(path)).unwrap_or("");
        let group = self.point.join(beneath.trim_start_matches('/'));
        // A group outside this mount's root, or of another cgroup namespace, cannot be reached: use its root.
        Some(if group.is_dir() { group } else { self.point.clone() })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]
mod tests {
    use super::*;

    #[test]
    fn mountinfo_lines_of_both_versions_are_read_and_others_left() {
        let v1 =
            Mount::parse("40 33 0:30 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory").unwrap();
        assert_eq!((v1.kind, v1.root, v1.controllers.contains(&"memory")), ("cgroup", "/", true));
        let v2 =
            Mount::parse("41 33 0:31 /a /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw,nsdelegate").unwrap();
        assert_eq!((v2.kind, v2.root), ("cgroup2", "/a"));
        assert!(Mount::parse("22 1 254:0 / / rw,relatime - ext4 /dev/root rw").is_none());
    }

    #[test]
    fn quotas_stay_within_what_the_kernel_takes() {
        assert_eq!(quota_us(0.0), 1_000);
        assert_eq!(quota_us(1.5), 150_000);
        assert_eq!(quota_us(f64::INFINITY), 1_000_000_000);
    }
}
