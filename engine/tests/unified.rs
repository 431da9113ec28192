//! Control groups of version 2, as the kernel really has them: nothing is changed by looking, and what is promised is
//! in force in groups that are ordinary ones.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::cgroup::{Hierarchy, hierarchies};
use daytona_engine::{Engine as _, doctor};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use support::Rig;

/// The version 2 hierarchy this process may use; none on a machine whose controllers are all in version 1.
fn unified() -> Option<Hierarchy> {
    let found = hierarchies().unwrap();
    let unified = found.iter().find(|at| at.version == 2).cloned();
    if unified.is_none() {
        println!("not tested: no version 2 group with a controller may be divided here, only {found:?}");
    }
    unified
}

/// What every group from the chosen one upwards, and this process's own, divides and is.
fn state(at: &Hierarchy) -> BTreeMap<PathBuf, String> {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap();
    let own = own.lines().find_map(|line| line.strip_prefix("0::/")).unwrap().to_owned();
    let groups =
        at.parent.ancestors().chain([at.top.join(own).as_path()]).map(PathBuf::from).collect::<Vec<_>>();
    groups
        .into_iter()
        .filter(|group| group.starts_with(&at.top))
        .flat_map(|group| ["cgroup.type", "cgroup.subtree_control"].map(|name| group.join(name)))
        .map(|file| (file.clone(), fs::read_to_string(&file).unwrap_or_default()))
        .collect()
}

#[test]
fn looking_changes_nothing() {
    let Some(at) = unified() else { return };
    let before = state(&at);
    hierarchies().unwrap();
    drop(doctor(&support::launcher()));
    assert_eq!(state(&at), before);
}

#[tokio::test]
async fn what_is_promised_is_in_force_in_an_ordinary_group() {
    let Some(at) = unified() else { return };
    let rig = Rig::new();
    let spec = rig.start().await;
    let report = rig.engine.report(&spec.id).await.unwrap().unwrap();
    for name in &at.controllers {
        assert!(report.enforced.contains(&format!("{name} (cgroup v2)")), "{report:?}");
    }
    let groups = support::groups_of(&spec.id);
    let group = groups.iter().find(|group| group.starts_with(&at.top)).unwrap();
    let read = |name: &str| fs::read_to_string(group.join(name)).unwrap().trim().to_owned();
    assert_eq!(read("cgroup.type"), "domain");
    let init = support::init_of(&rig, &spec.id).to_string();
    assert!(read("cgroup.procs").lines().any(|pid| pid == init));
    for (name, file, value) in [
        ("pids", "pids.max", spec.limits.pids.to_string()),
        ("memory", "memory.max", spec.limits.memory_bytes.to_string()),
        ("cpu", "cpu.max", "100000 100000".to_owned()),
    ] {
        if at.controllers.contains(name) {
            assert_eq!(read(file), value, "{name}");
            let whole = fs::read_to_string(group.with_file_name(file)).unwrap();
            assert!(!whole.starts_with("max"), "all sandboxes together: {file} {whole}");
        }
    }
    // The group this process is in divides nothing, or holds no process: it never is the root of a threaded subtree.
    assert!(state(&hierarchies().unwrap()[0]).values().all(|value| value.trim() != "domain threaded"));
    rig.engine.destroy(&spec.id).await.unwrap();
    assert!(support::groups_of(&spec.id).is_empty());
}
