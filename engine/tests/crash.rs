//! What is left after something was killed that should have cleaned up: nothing.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::{Engine as _, EngineOptions, NamespaceEngine, Status};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{Rig, until};

fn kill(pid: i32) {
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

fn alive(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test]
async fn a_killed_monitor_takes_the_sandbox_with_it_and_it_starts_again() {
    let rig = Rig::new();
    let spec = rig.start().await;
    rig.sh(&spec.id, "echo kept > note").await;
    let init = support::init_of(&rig, &spec.id);
    kill(support::monitor_of(&rig, &spec.id));
    until("the init is dead", || !alive(init)).await;
    let exit = rig.engine.wait(&spec.id).await.unwrap();
    assert_eq!(exit.code, None, "{exit:?}");
    assert!(matches!(rig.engine.status(&spec.id).await.unwrap(), Status::Stopped(_)));
    assert!(support::groups_of(&spec.id).is_empty());
    rig.engine.start(&spec).await.unwrap();
    assert_eq!(rig.sh(&spec.id, "cat note").await.out, "kept\n");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn an_init_that_will_not_die_with_its_monitor_is_found_and_killed() {
    let rig = Rig::new();
    let spec = rig.start().await;
    let (init, monitor) = (support::init_of(&rig, &spec.id), support::monitor_of(&rig, &spec.id));
    // What hostile code in an init can do: prctl(PR_SET_PDEATHSIG, 0).
    rig.run(&spec.id, &["prctl-pdeathsig-off"]).await;
    rig.sh(&spec.id, "true").await;
    kill(monitor);
    until("the monitor is dead", || !alive(monitor)).await;
    assert!(alive(init), "the test does not test what it says");
    assert!(matches!(rig.engine.status(&spec.id).await.unwrap(), Status::Stopped(_)));
    assert!(!alive(init));
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn an_init_that_ignores_being_asked_is_killed_after_the_grace() {
    let rig = Rig::new();
    let spec = rig.start().await;
    rig.run(&spec.id, &["ignore-term"]).await;
    let exit = rig.engine.stop(&spec.id, Duration::from_millis(100)).await.unwrap();
    assert_eq!((exit.code, exit.reason.as_str()), (Some(137), "killed on request"));
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn wait_tells_how_it_ended_by_itself() {
    let rig = Rig::new();
    let spec = rig.start().await;
    let (exit, ()) = tokio::join!(rig.engine.wait(&spec.id), rig.fire(&spec.id, &["exit", "7"]));
    let exit = exit.unwrap();
    assert_eq!((exit.code, exit.oom, exit.reason.as_str()), (Some(7), false, "its init ended with code 7"));
    rig.engine.destroy(&spec.id).await.unwrap();
}

/// The other half of the next test: a process that starts a sandbox and stays until it is killed.
#[tokio::test]
#[ignore = "started by a_sandbox_outlives_the_process_that_started_it"]
async fn starts_a_sandbox_and_hangs() {
    let dir = std::path::PathBuf::from(std::env::var_os("DAYTONA_TEST_DIR").unwrap());
    let options =
        EngineOptions { sandboxes_dir: dir, launcher: support::launcher(), toolbox: support::init() };
    let spec = serde_json::from_str(&std::env::var("DAYTONA_TEST_SPEC").unwrap()).unwrap();
    let engine = NamespaceEngine::new(options);
    engine.create(&spec).await.unwrap();
    engine.start(&spec).await.unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_sandbox_outlives_the_process_that_started_it() {
    let rig = Rig::new();
    let spec = rig.spec();
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "starts_a_sandbox_and_hangs", "--ignored"])
        .env("DAYTONA_TEST_DIR", rig.data.path().join("sandboxes"))
        .env("DAYTONA_TEST_SPEC", serde_json::to_string(&spec).unwrap())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    until("the other process has started it", || {
        assert!(server.try_wait().unwrap().is_none(), "it ended");
        std::fs::exists(spec.dir.join("report.json")).unwrap()
    })
    .await;
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(rig.engine.status(&spec.id).await.unwrap(), Status::Running);
    assert_eq!(rig.sh(&spec.id, "echo alive").await.out, "alive\n");
    let exit = rig.engine.stop(&spec.id, Duration::from_secs(10)).await.unwrap();
    assert_eq!(exit.code, Some(0), "{exit:?}");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn a_launcher_killed_at_any_moment_of_a_start_leaves_nothing() {
    let rig = Rig::new();
    let spec = rig.spec();
    rig.engine.create(&spec).await.unwrap();
    for attempt in 0..24_u32 {
        let engine = rig.engine.clone();
        let owned = spec.clone();
        let start = tokio::spawn(async move { engine.start(&owned).await });
        // Spread over the length of a start, to hit every step.
        tokio::time::sleep(Duration::from_micros(u64::from(attempt) * 1500)).await;
        if let Some(monitor) = support::find_monitor(&rig, &spec.id) {
            kill(monitor);
        }
        let _ = start.await.unwrap();
        rig.engine.stop(&spec.id, Duration::ZERO).await.unwrap();
        assert!(support::groups_of(&spec.id).is_empty());
        assert!(support::loops_beneath(rig.data.path()).is_empty());
    }
    rig.engine.start(&spec).await.unwrap();
    assert_eq!(rig.sh(&spec.id, "echo alive").await.out, "alive\n");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn a_sandbox_whose_folder_was_deleted_ends() {
    let rig = Rig::new();
    let spec = rig.start().await;
    let (init, monitor) = (support::init_of(&rig, &spec.id), support::monitor_of(&rig, &spec.id));
    std::fs::remove_dir_all(&spec.dir).unwrap();
    until("both are dead", || !alive(init) && !alive(monitor)).await;
    assert!(support::groups_of(&spec.id).is_empty());
    assert!(support::loops_beneath(rig.data.path()).is_empty());
}

#[tokio::test]
async fn a_group_that_no_record_tells_of_is_swept_and_one_in_use_is_not() {
    let rig = Rig::new();
    let spec = rig.start().await;
    let used = support::groups_of(&spec.id);
    let (orphan, fresh) = (format!("{}-orphan", spec.id), format!("{}-fresh", spec.id));
    let named = |id: &str| format!("{id}-00000000");
    for group in &used {
        std::fs::create_dir(group.with_file_name(named(&orphan))).unwrap();
        std::fs::create_dir(group.with_file_name(named(&fresh))).unwrap();
        for old in [group.clone(), group.with_file_name(named(&orphan))] {
            let touched = Command::new("touch").arg("-d").arg("1 hour ago").arg(old).status().unwrap();
            assert!(touched.success());
        }
    }
    rig.engine.list().await.unwrap();
    assert!(support::groups_of(&orphan).is_empty());
    assert_eq!(support::groups_of(&fresh).len(), used.len());
    assert_eq!(support::groups_of(&spec.id), used);
    for group in &used {
        std::fs::remove_dir(group.with_file_name(named(&fresh))).unwrap();
    }
    rig.engine.destroy(&spec.id).await.unwrap();
}
