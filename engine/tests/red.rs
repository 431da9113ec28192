//! Each control of `escape.rs` and `resources.rs`, switched off: the check that guards it must then see the opening.
//! A check that stays green here guards nothing.
//!
//! Runs with `--features weaken`, which builds a launcher that can be told to leave a control out. A `+` stands
//! between controls that hold a check independently: it goes red only with all of them off.
//!
//! | Check | Controls | Red test |
//! |---|---|---|
//! | every denied call: `refused_calls`, `clone3`, `unknown_calls`, `x32_calls`, `calls_of_32_bits` | `seccomp` | `without_the_filter` |
//! | `socket_families`, `terminal_injection`, `seccomp_mode` | `seccomp` | `without_the_filter` |
//! | `calls_for_namespaces` | `seccomp` | `without_the_filter` |
//! | `new_namespaces` | `seccomp` + `nested` | `without_the_filter_and_the_bar_on_nesting` |
//! | `capabilities`, `raw_sockets` | `caps` | `without_giving_up_capabilities` |
//! | `mounting`, `masks_stay` | `caps` + `seccomp` | `without_giving_up_capabilities` |
//! | `no_new_privs` | `no_new_privs` (`seccomp` cannot be loaded without) | `without_no_new_privs` |
//! | `set_user_id` | `no_new_privs` + `nosuid` | `without_no_new_privs` |
//! | `masked_files` | `masks` | `without_masks` |
//! | writes to /proc/sys: `kernel_settings` | `masks` + `caps` | `without_masks` |
//! | sysrq: `settings_of_the_host` | `masks` + `ids` (no id inside is the host's root, whose files they are) | `without_masks_for_an_id_of_the_host` |
//! | `control_groups` | `cgroupns` | `without_a_cgroup_namespace` |
//! | `release_agent` | `masks` + `host_sys` (a sysfs of its own, with no control groups on it) | `with_the_control_groups_of_the_host` |
//! | /proc/self/exe and the toolbox: `toolbox_is_fixed` | `read_only_toolbox` | `with_a_toolbox_that_may_be_written_to` |
//! | `root_folders_are_fixed` | the read-only mount the spec asks for | `with_a_folder_that_may_be_written_to` |
//! | cwd=/proc/self/fd/N: `folders_of_open_files` | `fds` | `with_a_descriptor_of_the_host` |
//! | only known descriptors at exec: `open_files` | `fds` | `with_a_descriptor_of_the_host` |
//! | mknod: `device_nodes` | `userns` + `caps` | `with_the_devices_of_the_host` |
//! | `opened_devices` | `userns` + `caps` + `nodev` | `with_the_devices_of_the_host` |
//! | `devices` | `devices` (the list of what is in /dev) | `with_another_device` |
//! | host processes: `processes` | `pidns` | `without_a_pid_namespace` |
//! | root inside is no one outside | `ids` (the bar on ids below 65,536) | `with_ids_of_the_host` |
//! | the state folder and home folders | `pivot` (leaving the host's root behind) | `with_the_root_of_the_host` |
//! | the server's port, abstract sockets, `network` | `netns` | `without_a_network_namespace` |
//! | another sandbox's files | a writable layer of its own, from the spec | `with_a_folder_in_common` |
//! | private files of the host | `mapped_mounts` | `host_files.rs` |
//! | limits of `resources.rs` | `cgroups` | `without_control_groups` |

#![cfg(feature = "weaken")]
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::spec::{BindMount, IdMap, Limits};
use daytona_engine::{Engine as _, EngineOptions, NamespaceEngine, SandboxSpec};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use support::{Rig, escape, resources};

/// Weakens `controls` and asserts that the checks that guard them see it.
async fn opens(controls: &str, root: bool, checks: &[&str]) {
    let rig = Rig::weakened(controls);
    let spec = if root { escape::as_root(&rig) } else { rig.spec() };
    opens_to(&rig, &spec, controls, checks).await;
}

async fn opens_to(
    rig: &Rig,
    spec: &SandboxSpec,
    controls: &str,
    checks: &[&str],
) -> BTreeMap<String, String> {
    rig.launch(spec).await;
    let found = escape::probe(rig, &spec.id).await;
    for check in checks {
        let result = &found[*check];
        assert_ne!(result, "held", "{check} does not notice that {controls} is off");
        assert!(!result.starts_with("the check broke"), "{check}: {result}");
    }
    rig.engine.destroy(&spec.id).await.unwrap();
    found
}

/// A sandbox whose root inside is root outside.
fn as_root_of_the_host(rig: &Rig) -> SandboxSpec {
    SandboxSpec { ids: IdMap::Range { base: 0, count: 65_536 }, ..escape::as_root(rig) }
}

fn shared(source: &Path, target: &str, read_only: bool) -> BindMount {
    BindMount { source: source.to_owned(), target: PathBuf::from(target), read_only }
}

#[tokio::test]
async fn without_the_filter() {
    let seen = [
        "refused_calls",
        "clone3",
        "unknown_calls",
        "x32_calls",
        "calls_of_32_bits",
        "calls_for_namespaces",
        "socket_families",
        "terminal_injection",
        "seccomp_mode",
    ];
    let rig = Rig::weakened("seccomp");
    let found = opens_to(&rig, &rig.spec(), "seccomp", &seen).await;
    assert_eq!(found["refused_calls"], format!("not refused: {:?}", escape::refused()));
    for check in ["clone3", "x32_calls"] {
        assert_eq!(found[check], "let through");
    }
}

#[tokio::test]
async fn without_the_filter_and_the_bar_on_nesting() {
    opens("seccomp,nested", false, &["new_namespaces"]).await;
}

#[tokio::test]
async fn without_giving_up_capabilities() {
    opens("caps", true, &["capabilities", "raw_sockets"]).await;
    opens("caps,seccomp", true, &["mounting", "masks_stay", "capabilities"]).await;
}

#[tokio::test]
async fn without_no_new_privs() {
    opens("no_new_privs,seccomp", false, &["no_new_privs"]).await;
    opens("no_new_privs,seccomp,nosuid", true, &["set_user_id"]).await;
}

#[tokio::test]
async fn without_masks() {
    opens("masks", true, &["masked_files"]).await;
    opens("masks,caps", true, &["kernel_settings"]).await;
}

/// What only the host's root may open is closed to a sandbox by its ids alone, so that goes too.
#[tokio::test]
async fn without_masks_for_an_id_of_the_host() {
    let rig = Rig::weakened("masks,ids");
    let check = "settings_of_the_host";
    let found = opens_to(&rig, &as_root_of_the_host(&rig), "masks,ids", &[check]).await;
    // A kernel may be built without the trigger: what must open is what there is.
    for path in ["/proc/sysrq-trigger", "/proc/irq/default_smp_affinity"] {
        assert_eq!(found[check].contains(path), Path::new(path).exists(), "{path}: {found:#?}");
    }
}

#[tokio::test]
async fn with_the_control_groups_of_the_host() {
    opens("masks,host_sys", false, &["release_agent", "control_groups"]).await;
}

#[tokio::test]
async fn with_another_device() {
    opens("devices", false, &["devices"]).await;
}

/// Root inside is the host's own root here: the filter and the read-only mounts stay, so that what the probe tries
/// harms nothing.
#[tokio::test]
async fn with_the_devices_of_the_host() {
    opens("userns,caps", true, &["device_nodes"]).await;
    opens("userns,caps,nodev", true, &["opened_devices"]).await;
}

#[tokio::test]
async fn without_a_pid_namespace() {
    opens("pidns", false, &["processes"]).await;
}

#[tokio::test]
async fn with_ids_of_the_host() {
    let rig = Rig::new();
    let spec = as_root_of_the_host(&rig);
    rig.engine.create(&spec).await.unwrap();
    let refused = rig.engine.start(&spec).await.unwrap_err().to_string();
    assert!(refused.contains("reaches into those of the host"), "{refused}");
    rig.engine.destroy(&spec.id).await.unwrap();

    let rig = Rig::weakened("ids");
    let spec = as_root_of_the_host(&rig);
    rig.launch(&spec).await;
    assert_eq!(escape::root_inside(&rig, &spec).await, (vec![0, 0, 0, 65_536], 0));
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn with_the_root_of_the_host() {
    // Not in /tmp, over which the launcher builds.
    let mut rig = Rig::at(tempfile::tempdir_in("/var/tmp").unwrap());
    rig.engine = rig.engine.clone().with_launcher_env("DAYTONA_WEAKEN", "pivot");
    let spec = rig.start().await;
    let reach = escape::Reach::offer(rig.data.path());
    let found = reach.tried_from(&rig, &spec.id).await;
    assert!(found["state"] && found["homes"], "{found:#?}");
    rig.engine.destroy(&spec.id).await.unwrap();
}

/// A folder of the test's own stands for `/usr`, which no test may write to; its mode lets everyone, so that the mount
/// alone is in the way.
#[tokio::test]
async fn with_a_folder_that_may_be_written_to() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    for (read_only, held) in [(true, true), (false, false)] {
        let rig = Rig::new();
        let mut spec = escape::as_root(&rig);
        spec.mounts.push(shared(folder.path(), "/usr/local", read_only));
        rig.launch(&spec).await;
        let found = escape::probe(&rig, &spec.id).await;
        assert_eq!(found["root_folders_are_fixed"] == "held", held, "{found:#?}");
        assert_eq!(folder.path().join("probe").exists(), !held);
        rig.engine.destroy(&spec.id).await.unwrap();
    }
}

#[tokio::test]
async fn with_a_folder_in_common() {
    let rig = Rig::new();
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o1777)).unwrap();
    let with = |mut spec: SandboxSpec| {
        spec.mounts.push(shared(folder.path(), "/tmp", false));
        spec
    };
    let (one, two) = (with(rig.spec()), with(rig.spec()));
    rig.launch(&one).await;
    rig.launch(&two).await;
    let seen = escape::secret_of(&rig, &one.id, &two.id).await;
    assert!(seen.contains("secret") && seen.contains("mine"), "{seen}");
    for id in [&one.id, &two.id] {
        rig.engine.destroy(id).await.unwrap();
    }
}

#[tokio::test]
async fn without_a_cgroup_namespace() {
    opens("cgroupns", false, &["control_groups"]).await;
}

#[tokio::test]
async fn with_a_descriptor_of_the_host() {
    opens("fds", false, &["open_files"]).await;
    opens("fds", true, &["folders_of_open_files"]).await;
}

#[tokio::test]
async fn with_a_toolbox_that_may_be_written_to() {
    let rig = Rig::new();
    let toolbox = rig.data.path().join("toolbox");
    std::fs::copy(support::init(), &toolbox).unwrap();
    std::fs::set_permissions(&toolbox, std::fs::Permissions::from_mode(0o777)).unwrap();
    let options = EngineOptions {
        sandboxes_dir: rig.data.path().join("sandboxes"),
        launcher: support::launcher(),
        toolbox,
    };
    for (controls, held) in [("", true), ("read_only_toolbox", false)] {
        let mut rig = Rig::at(tempfile::tempdir().unwrap());
        let spec = rig.spec();
        let options = EngineOptions { sandboxes_dir: rig.data.path().join("sandboxes"), ..options.clone() };
        rig.engine = NamespaceEngine::new(options).with_launcher_env("DAYTONA_WEAKEN", controls);
        rig.launch(&spec).await;
        let found = escape::probe(&rig, &spec.id).await;
        assert_eq!(found["toolbox_is_fixed"] == "held", held, "{found:#?}");
        rig.engine.destroy(&spec.id).await.unwrap();
    }
}

#[tokio::test]
async fn without_a_network_namespace() {
    let rig = Rig::weakened("netns");
    let spec = rig.start().await;
    let reach = escape::Reach::offer(rig.data.path());
    let found = reach.tried_from(&rig, &spec.id).await;
    assert!(found["port"] && found["abstract"] && found["network"], "{found:#?}");
    rig.engine.destroy(&spec.id).await.unwrap();
}

/// What the table says of a `+`.
#[tokio::test]
async fn each_of_several_controls_holds_by_itself() {
    for (controls, checks) in [
        ("seccomp", &["new_namespaces", "mounting", "masks_stay"][..]),
        ("nested", &["new_namespaces"]),
        ("caps", &["mounting", "masks_stay", "kernel_settings", "device_nodes"]),
        ("no_new_privs,seccomp", &["set_user_id"]),
        ("nosuid", &["set_user_id"]),
        ("masks", &["kernel_settings", "settings_of_the_host", "release_agent"]),
        ("host_sys", &["release_agent"]),
        ("userns", &["device_nodes"]),
        ("userns,caps", &["opened_devices"]),
        ("caps,nodev", &["device_nodes", "opened_devices"]),
        ("userns,nodev", &["device_nodes", "opened_devices"]),
    ] {
        let rig = Rig::weakened(controls);
        let spec = escape::as_root(&rig);
        rig.launch(&spec).await;
        let found = escape::probe(&rig, &spec.id).await;
        for check in checks {
            assert_eq!(found[*check], "held", "{check} without {controls}");
        }
        rig.engine.destroy(&spec.id).await.unwrap();
    }
    let rig = Rig::weakened("ids");
    let spec = as_root_of_the_host(&rig);
    rig.launch(&spec).await;
    assert_eq!(escape::probe(&rig, &spec.id).await["settings_of_the_host"], "held");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn without_control_groups() {
    let rig = Rig::weakened("cgroups");
    let limits = Limits { pids: 40, memory_bytes: 96 << 20, ..rig.spec().limits };
    let spec = SandboxSpec { limits, ..rig.spec() };
    rig.launch(&spec).await;
    // What each process is limited to by itself stands in, and does not bound the sandbox.
    assert!(resources::hog_by_many(&rig, &spec.id, 8, 40 << 20).await > 96 << 20);
    rig.engine.destroy(&spec.id).await.unwrap();
}
