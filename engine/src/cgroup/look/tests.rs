//! Which group is chosen, in trees made of plain files. Nothing is written to them: a look that wrote would be seen.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

use super::*;

const ME: u32 = 7;

/// A version 2 hierarchy with every controller, of groups that are there as `group` describes them.
struct Tree(tempfile::TempDir);

impl Tree {
    fn new() -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        // The true root: it has no type, holds processes, and gives on what systemd has it give.
        tree.file("cgroup.procs", "1\n2\n");
        tree.file("cgroup.controllers", "cpuset cpu io memory pids");
        tree.file("cgroup.subtree_control", "memory pids");
        tree
    }

    fn group(self, path: &str, kind: &str, members: &[u32], controllers: &str) -> Self {
        fs::create_dir_all(self.0.path().join(path)).unwrap();
        let members: String = members.iter().map(|pid| format!("{pid}\n")).collect();
        for (name, content) in [
            ("cgroup.type", kind),
            ("cgroup.procs", &members),
            ("cgroup.controllers", controllers),
            ("cgroup.subtree_control", ""),
        ] {
            self.file(&format!("{path}/{name}"), content);
        }
        self
    }

    fn file(&self, path: &str, content: &str) {
        fs::write(self.0.path().join(path), content).unwrap();
    }

    /// As a group of someone else's looks to an ordinary user. (Root may write to everything, tests run as root.)
    fn not_ours(self, path: &str) -> Self {
        fs::remove_file(self.0.path().join(path).join("cgroup.subtree_control")).unwrap();
        self
    }

    fn snapshot(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path.clone());
                }
                found.push((path.clone(), fs::read_to_string(&path).unwrap_or_default()));
            }
        }
        found.sort();
        found
    }

    /// What is chosen for a process in `own`: the group, whether to leave it first, and what it can give.
    fn chosen(&self, own: &str) -> Option<(String, bool, Vec<&'static str>)> {
        let mounts =
            format!("31 23 0:27 / {} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n", self.0.path().display());
        let before = self.snapshot();
        let found = find(&mounts, &format!("0::/{own}\n"), ME);
        assert_eq!(self.snapshot(), before, "looking has changed something");
        let [at] = found.as_slice() else {
            assert!(found.is_empty(), "{found:?}");
            return None;
        };
        let parent = at.parent.strip_prefix(self.0.path()).unwrap().display().to_string();
        Some((parent, at.holds_us, at.controllers.iter().copied().collect()))
    }
}

fn some(
    parent: &str,
    holds_us: bool,
    controllers: &[&'static str],
) -> Option<(String, bool, Vec<&'static str>)> {
    Some((parent.to_owned(), holds_us, controllers.to_vec()))
}

#[test]
fn a_group_that_holds_others_is_left_for_the_nearest_above_it_that_holds_none() {
    let tree = Tree::new()
        .group("user.slice", "domain", &[], "memory pids")
        .group("user.slice/user-0.slice", "domain", &[], "memory pids")
        .group("user.slice/user-0.slice/session-1.scope", "domain", &[6, ME], "memory pids");
    let chosen = tree.chosen("user.slice/user-0.slice/session-1.scope");
    assert_eq!(chosen, some("user.slice/user-0.slice", false, &["cpu", "memory", "pids"]));
}

#[test]
fn what_no_group_of_ours_can_give_on_is_not_counted_on() {
    let tree = Tree::new().group("user", "domain", &[], "memory pids").group(
        "user/scope",
        "domain",
        &[6, ME],
        "memory pids",
    );
    tree.file("cgroup.controllers", "memory pids");
    assert_eq!(tree.chosen("user/scope"), some("user", false, &["memory", "pids"]));
    // The root has it, and is not this user's.
    let tree = Tree::new().not_ours("").group("user", "domain", &[], "memory pids").group(
        "user/scope",
        "domain",
        &[6, ME],
        "memory pids",
    );
    assert_eq!(tree.chosen("user/scope"), some("user", false, &["memory", "pids"]));
}

#[test]
fn a_delegated_group_that_holds_this_process_alone_is_divided_once_it_has_left() {
    let tree = Tree::new()
        .group("system.slice", "domain", &[], "memory pids")
        .group("system.slice/daytona.service", "domain", &[ME], "cpu memory pids")
        .group("system.slice/daytona.service/daytona-server", "domain", &[], "");
    let service = "system.slice/daytona.service";
    assert_eq!(tree.chosen(service), some(service, true, &["cpu", "memory", "pids"]));
    // Now it has.
    let tree = tree.group(service, "domain", &[], "cpu memory pids").group(
        "system.slice/daytona.service/daytona-server",
        "domain",
        &[ME],
        "",
    );
    let chosen = tree.chosen("system.slice/daytona.service/daytona-server");
    assert_eq!(chosen, some(service, false, &["cpu", "memory", "pids"]));
}

#[test]
fn an_ancestor_that_holds_this_process_alone_is_none_of_ours() {
    // Its own group is unknown here: as the kernel shows it through another mount.
    let tree =
        Tree::new().not_ours("").group("a", "domain", &[ME], "memory").group("a/b", "domain", &[6, ME], "");
    assert_eq!(tree.chosen("a/b"), None);
}

#[test]
fn a_container_whose_one_group_holds_its_processes_has_none_to_give() {
    // Seen from a cgroup namespace, the top has a type as every other group has.
    let tree = Tree::new();
    tree.file("cgroup.type", "domain\n");
    assert_eq!(tree.chosen(""), None);
    tree.file("cgroup.procs", "7\n");
    assert_eq!(tree.chosen(""), some("", true, &["cpu", "memory", "pids"]));
    // A process that the namespace does not show is there.
    tree.file("cgroup.procs", "0\n7\n");
    assert_eq!(tree.chosen(""), None);
}

#[test]
fn groups_of_a_threaded_subtree_are_not_divided() {
    for (above, own) in [("domain threaded", "threaded"), ("domain threaded", "domain invalid")] {
        let tree = Tree::new().not_ours("").group("a", above, &[], "memory pids cpu").group(
            "a/b",
            own,
            &[],
            "pids cpu",
        );
        assert_eq!(tree.chosen("a/b"), None, "{above} {own}");
    }
}

#[test]
fn the_true_root_is_divided_whatever_it_holds() {
    assert_eq!(Tree::new().chosen(""), some("", false, &["cpu", "memory", "pids"]));
}

#[test]
fn a_group_outside_of_the_mount_or_the_namespace_is_not_looked_for() {
    let tree = Tree::new().group("a", "domain", &[ME], "memory").not_ours("a");
    // `/..` is where the mount lies.
    let chosen = tree.chosen("../a");
    assert_eq!(chosen, some("", false, &["cpu", "memory", "pids"]));
}

#[test]
fn a_controller_of_version_1_is_not_looked_for_in_version_2() {
    let (one, two) = (tempfile::tempdir().unwrap(), Tree::new());
    let mounts = format!(
        "40 33 0:30 / {} rw,relatime - cgroup cgroup rw,memory\n\
         22 1 254:0 / / rw,relatime - ext4 /dev/root rw\n\
         41 33 0:31 / {} rw,relatime - cgroup2 cgroup2 rw\n",
        one.path().display(),
        two.0.path().display()
    );
    let found = find(&mounts, "4:memory:/\n0::/\n", ME);
    let given: Vec<_> =
        found.iter().map(|at| (at.version, at.controllers.iter().copied().collect())).collect();
    assert_eq!(given, [(1, vec!["memory"]), (2, vec!["cpu", "pids"])]);
}

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
