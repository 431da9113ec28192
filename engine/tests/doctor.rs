//! The doctor finds what is there and says what to do about what is not.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

use daytona_engine::{Check, CheckStatus, doctor};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

fn launcher() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_daytona-launcher"))
}

fn status(checks: &[Check], name: &str) -> CheckStatus {
    checks
        .iter()
        .find(|check| check.name.contains(name))
        .unwrap_or_else(|| panic!("{name}: {checks:#?}"))
        .status
}

#[test]
fn what_runs_sandboxes_here_is_ok() {
    let checks = doctor(launcher());
    for name in
        ["user namespaces", "overlayfs", "/proc", "seccomp", "memory", "pids", "cpu", "disk", "python3"]
    {
        assert_eq!(status(&checks, name), CheckStatus::Ok, "{checks:#?}");
    }
}

#[test]
fn everything_less_than_ok_has_a_remedy_and_nothing_else_has() {
    for check in doctor(launcher()).into_iter().chain(doctor(Path::new("/nonexistent"))) {
        assert_eq!(check.remedy.is_empty(), check.status == CheckStatus::Ok, "{check:?}");
        assert!(!check.found.is_empty(), "{check:?}");
    }
}

#[test]
fn a_missing_launcher_is_told() {
    assert_eq!(status(&doctor(Path::new("/nonexistent")), "launcher"), CheckStatus::Missing);
}

/// A user namespace in which no more may be made is what a machine without them looks like.
#[test]
fn missing_namespaces_are_seen() {
    let copy = tempfile::tempdir().unwrap();
    let program = copy.path().join("launcher");
    std::fs::copy(launcher(), &program).unwrap();
    let script = "echo 0 > /proc/sys/user/max_user_namespaces; exec \"$0\" probe";
    let done = Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", script])
        .arg(&program)
        .output();
    let done = done.unwrap();
    let probe: daytona_engine::launcher::Probe = serde_json::from_slice(&done.stdout).unwrap();
    assert!(matches!(probe.user_namespace, daytona_engine::launcher::Tried::Fails(_)), "{probe:?}");
    assert!(matches!(probe.overlay, daytona_engine::launcher::Tried::Fails(_)), "{probe:?}");
    assert_eq!(probe.seccomp, daytona_engine::launcher::Tried::Works);
}

/// The probe of an ordinary user works as the user.
#[test]
fn an_ordinary_user_can_probe() {
    let copy = tempfile::tempdir().unwrap();
    let program = copy.path().join("launcher");
    std::fs::copy(launcher(), &program).unwrap();
    std::os::unix::fs::chown(copy.path(), Some(12_345), Some(12_345)).unwrap();
    let mut command = Command::new(&program);
    command.arg("probe");
    if rustix::process::geteuid().is_root() {
        command.uid(12_345).gid(12_345);
    }
    let done = command.output().unwrap();
    let probe: daytona_engine::launcher::Probe = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(probe.overlay, daytona_engine::launcher::Tried::Works, "{probe:?}");
}
