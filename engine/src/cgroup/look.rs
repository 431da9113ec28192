//! Where groups can be made: read from the system, nothing written.
//!
//! Version 2 lets a group divide what it has among groups beneath it only while it holds no process itself (the
//! true root excepted). Switching on a *threaded* controller (pids, cpu) in a group that does is not refused: it makes
//! that group the root of a threaded subtree, in which no memory can be divided and no ordinary group works. So a
//! parent is chosen by looking, and is written to only when a sandbox starts.

use super::{CONTROLLERS, LEAF};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A hierarchy in which this process may make groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hierarchy {
    /// 1 or 2.
    pub version: u8,
    /// Those of [`CONTROLLERS`] it has, or can be given.
    pub controllers: BTreeSet<&'static str>,
    /// The group beneath which ours are made.
    pub parent: PathBuf,
    /// Where it is mounted.
    pub top: PathBuf,
    /// `parent` holds this process and no other: it is to move into a group beneath first.
    pub holds_us: bool,
}

/// Finds the hierarchies this process may use, from `/proc/self/mountinfo` and `/proc/self/cgroup`.
///
/// # Errors
/// When those files cannot be read.
pub fn hierarchies() -> io::Result<Vec<Hierarchy>> {
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let membership = fs::read_to_string("/proc/self/cgroup")?;
    Ok(find(&mounts, &membership, std::process::id()))
}

fn find(mounts: &str, membership: &str, me: u32) -> Vec<Hierarchy> {
    let mut found: Vec<Hierarchy> = Vec::new();
    for line in mounts.lines() {
        let Some(mount) = Mount::parse(line) else { continue };
        let Some(own) = mount.own_group(membership) else { continue };
        let hierarchy =
            if mount.kind == "cgroup2" { version2(&mount.point, &own, me) } else { version1(&mount, own) };
        let Some(mut hierarchy) = hierarchy else { continue };
        hierarchy.controllers.retain(|name| !found.iter().any(|known| known.controllers.contains(name)));
        if !hierarchy.controllers.is_empty() {
            found.push(hierarchy);
        }
    }
    found
}

fn version1(mount: &Mount<'_>, own: PathBuf) -> Option<Hierarchy> {
    let controllers: BTreeSet<_> =
        CONTROLLERS.into_iter().filter(|name| mount.controllers.contains(name)).collect();
    let top = mount.point.clone();
    (writable(&own) && !controllers.is_empty()).then_some(Hierarchy {
        version: 1,
        controllers,
        parent: own,
        top,
        holds_us: false,
    })
}

/// The nearest group, from this process's own upwards, that can be divided and has something to give.
fn version2(top: &Path, own: &Path, me: u32) -> Option<Hierarchy> {
    own.ancestors().take_while(|group| group.starts_with(top)).find_map(|group| {
        let holds = holds(group)?;
        // Where a server has gone, it stays: its sandboxes' groups lie beside it.
        let holds_us = group == own && holds == [me] && !group.ends_with(LEAF);
        if !may_divide(group) || !(holds.is_empty() || holds_us) {
            return None;
        }
        let controllers = attainable(top, group);
        (!controllers.is_empty()).then(|| Hierarchy {
            version: 2,
            controllers,
            parent: group.to_owned(),
            top: top.to_owned(),
            holds_us,
        })
    })
}

/// The processes that keep a group from being divided; none when it cannot be, whatever it holds.
fn holds(group: &Path) -> Option<Vec<u32>> {
    match fs::read_to_string(group.join("cgroup.type")) {
        // Only the true root has no type, and it may hold what it likes.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Vec::new()),
        Ok(kind) if kind.trim() == "domain" => {
            let members = fs::read_to_string(group.join("cgroup.procs")).ok()?;
            // A process of another namespace is shown as 0, and is one all the same.
            Some(members.lines().map(|line| line.parse().unwrap_or(0)).collect())
        }
        _ => None,
    }
}

/// Whether a group is an ordinary one (or the root) and holds no process.
pub(super) fn is_empty_domain(group: &Path) -> bool {
    holds(group).is_some_and(|members| members.is_empty())
}

/// To move a process takes leave to write to `cgroup.procs` of the group above where it was and where it goes.
fn may_divide(group: &Path) -> bool {
    writable(group)
        && ["cgroup.procs", "cgroup.subtree_control"].iter().all(|name| writable(&group.join(name)))
}

fn writable(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

/// What `group` can give: what it has, and what the groups above it could give it.
fn attainable(top: &Path, group: &Path) -> BTreeSet<&'static str> {
    let mut names = words(&group.join("cgroup.controllers"));
    if let Some(above) = group.parent().filter(|above| group != top && above.starts_with(top))
        && may_divide(above)
        && is_empty_domain(above)
    {
        names.extend(attainable(top, above));
    }
    names
}

/// Those of [`CONTROLLERS`] that a file names.
pub(super) fn words(file: &Path) -> BTreeSet<&'static str> {
    let text = fs::read_to_string(file).unwrap_or_default();
    CONTROLLERS.into_iter().filter(|name| text.split_ascii_whitespace().any(|word| word == *name)).collect()
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
            ours.then_some(Path::new(path))
        })?;
        // A group outside this mount's root, or of another cgroup namespace (`/../x`), cannot be reached: use its
        // root.
        let beneath = path.strip_prefix(self.root).unwrap_or(Path::new(""));
        let group = self.point.join(beneath);
        let reached = group.is_dir() && !beneath.components().any(|part| part.as_os_str() == "..");
        Some(if reached { group } else { self.point.clone() })
    }
}

#[cfg(test)]
mod tests;
