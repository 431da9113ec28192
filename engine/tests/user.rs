//! The path of an ordinary user: unprivileged user namespaces, a single id, no control groups, no disk image.
//!
//! As root, each test runs itself again as a user who owns nothing but a folder in /tmp.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::spec::{IdMap, Limits};
use daytona_engine::{Engine as _, SandboxSpec, Status};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;
use support::{Rig, escape, until};

/// A user no machine has.
const USER: u32 = 12_345;

/// Runs the named test as [`USER`] and returns true, or returns false when that is who runs it already.
fn handed_over(test: &str) -> bool {
    if !rustix::process::geteuid().is_root() {
        return false;
    }
    let home = tempfile::Builder::new().prefix("daytona-user-").tempdir().unwrap();
    chown(home.path(), Some(USER), Some(USER)).unwrap();
    // The build's folder may be closed to others; a copy of the programs is not.
    let copy = |from: &std::path::Path| {
        let to = home.path().join(from.file_name().unwrap());
        std::fs::copy(from, &to).unwrap();
        to
    };
    let (program, launcher, init) =
        (copy(&std::env::current_exe().unwrap()), copy(&support::launcher()), copy(&support::init()));
    let done = Command::new(program)
        .args(["--exact", test, "--nocapture"])
        .env("TMPDIR", home.path())
        .env("DAYTONA_TEST_LAUNCHER", launcher)
        .env("DAYTONA_TEST_INIT", init)
        .current_dir(home.path())
        .uid(USER)
        .gid(USER)
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
    true
}

#[tokio::test]
async fn a_user_has_sandboxes_with_the_same_life() {
    if handed_over("a_user_has_sandboxes_with_the_same_life") {
        return;
    }
    let rig = Rig::new();
    let spec = rig.start().await;
    assert_eq!(spec.ids, IdMap::Single);
    let ran =
        rig.sh(&spec.id, "id -u; pwd; echo kept > note; touch /workspace/x /tmp/y; rm /etc/timezone").await;
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("1000\n/home/daytona\n", ""), "{ran:?}");
    assert_eq!(support::user_of(support::init_of(&rig, &spec.id)), rustix::process::geteuid().as_raw());
    let exit = rig.engine.stop(&spec.id, Duration::from_secs(10)).await.unwrap();
    assert_eq!(exit.code, Some(0), "{exit:?}");
    rig.engine.start(&spec).await.unwrap();
    assert_eq!(rig.sh(&spec.id, "cat note; ls /etc/timezone 2>/dev/null").await.out, "kept\n");
    rig.sh(&spec.id, "mkdir -p locked/in && chmod 0 locked/in locked").await;
    rig.engine.destroy(&spec.id).await.unwrap();
    assert_eq!(rig.engine.status(&spec.id).await.unwrap(), Status::Absent);
    assert!(!spec.dir.exists());
}

#[tokio::test]
async fn nothing_is_open_in_a_users_sandbox_either() {
    if handed_over("nothing_is_open_in_a_users_sandbox_either") {
        return;
    }
    let rig = Rig::new();
    let spec = rig.start().await;
    let mut found = escape::probe(&rig, &spec.id).await;
    found.retain(|_, result| result != "held");
    assert!(found.is_empty(), "{found:#?}");
    let reach = escape::Reach::offer(rig.data.path());
    assert_eq!(reach.tried_from(&rig, &spec.id).await, escape::Reach::nothing());
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn what_a_user_cannot_have_is_said_and_stood_in_for() {
    if handed_over("what_a_user_cannot_have_is_said_and_stood_in_for") {
        return;
    }
    let rig = Rig::new();
    let limits = Limits { pids: 40, memory_bytes: 128 << 20, disk_bytes: 32 << 20, ..Limits::default() };
    let spec = SandboxSpec { limits, ..rig.spec() };
    rig.launch(&spec).await;
    let report = rig.engine.report(&spec.id).await.unwrap().unwrap();
    for name in ["memory limit", "pids limit", "cpu limit", "disk limit"] {
        assert!(report.warnings.iter().any(|warning| warning.contains(name)), "{report:?}");
    }
    let started = support::resources::fork_bomb(&rig, &spec.id, 1000).await;
    assert!((5..40).contains(&started), "{started} processes");
    let ran = rig.python(&spec.id, "bytearray(256 << 20)").await;
    assert!(ran.err.contains("MemoryError"), "{ran:?}");
    let ran = rig.sh(&spec.id, "dd if=/dev/zero of=big bs=1M count=64").await;
    assert_ne!(ran.code, 0, "{ran:?}");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn a_user_cannot_ask_for_a_range_of_ids() {
    if handed_over("a_user_cannot_ask_for_a_range_of_ids") {
        return;
    }
    let rig = Rig::new();
    let spec = SandboxSpec { ids: IdMap::Range { base: 1 << 20, count: 65_536 }, ..rig.spec() };
    let error = match rig.engine.create(&spec).await {
        Err(error) => error,
        Ok(()) => rig.engine.start(&spec).await.unwrap_err(),
    };
    assert!(error.to_string().contains("root"), "{error}");
}

#[tokio::test]
async fn a_killed_monitor_leaves_nothing_of_a_users_sandbox() {
    if handed_over("a_killed_monitor_leaves_nothing_of_a_users_sandbox") {
        return;
    }
    let rig = Rig::new();
    let spec = rig.start().await;
    let init = support::init_of(&rig, &spec.id);
    let monitor = rustix::process::Pid::from_raw(support::monitor_of(&rig, &spec.id)).unwrap();
    rustix::process::kill_process(monitor, rustix::process::Signal::KILL).unwrap();
    until("the init is gone", || !std::fs::exists(format!("/proc/{init}/root")).unwrap_or(false)).await;
    assert!(matches!(rig.engine.status(&spec.id).await.unwrap(), Status::Stopped(_)));
    rig.engine.start(&spec).await.unwrap();
    assert_eq!(rig.sh(&spec.id, "echo alive").await.out, "alive\n");
    rig.engine.destroy(&spec.id).await.unwrap();
}
