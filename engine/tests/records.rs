//! What is on record of a run: others with the same id, records that say nothing, and two who clean up at a time.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::lock;
use daytona_engine::spec::Network;
use daytona_engine::{Engine as _, SandboxSpec, Status};
use rustix::fs::FlockOperation;
use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;
use support::{Rig, until};

/// A record as a machine that lost power may find it.
const TORN: [&[u8]; 3] = [b"", b"{\"init\":{\"pid\":1", &[0; 512]];

fn kill(pid: i32) {
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

fn alive(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn tear(folder: &Path, content: &[u8]) {
    for name in ["run", "exit", "report", "spec"] {
        fs::write(folder.join(name).with_extension("json"), content).unwrap();
    }
}

fn table_of(rig: &Rig, id: &str) -> Option<String> {
    Some(rig.folder(id).read_run().unwrap().unwrap().network?.table)
}

#[tokio::test]
async fn two_servers_may_have_a_sandbox_of_one_id_each() {
    let (one, two) = (Rig::new(), Rig::new());
    let first = SandboxSpec { network: Network::Egress, ..one.spec() };
    let dir = two.data.path().join("sandboxes").join(&first.id);
    let second = SandboxSpec { id: first.id.clone(), dir, network: Network::Egress, ..two.spec() };
    one.launch(&first).await;
    let groups = support::groups_of(&first.id);
    two.launch(&second).await;
    for (rig, said) in [(&one, "one\n"), (&two, "two\n")] {
        assert_eq!(rig.sh(&first.id, &format!("echo {said}")).await.out, said);
    }
    assert_eq!(support::groups_of(&first.id).len(), 2 * groups.len());
    // Without a default route neither has any.
    let tables = (table_of(&one, &first.id), table_of(&two, &first.id));
    assert!(tables.0 != tables.1 || tables.0.is_none(), "{tables:?}");
    // And the end of one is none of the other's.
    two.engine.destroy(&second.id).await.unwrap();
    assert_eq!(one.sh(&first.id, "echo alive").await.out, "alive\n");
    assert_eq!(support::groups_of(&first.id), groups);
    one.engine.destroy(&first.id).await.unwrap();
}

#[tokio::test]
async fn records_that_say_nothing_are_in_no_ones_way() {
    let rig = Rig::new();
    let spec = rig.spec();
    rig.engine.create(&spec).await.unwrap();
    for torn in TORN {
        rig.engine.start(&spec).await.unwrap();
        let (init, monitor) = (support::init_of(&rig, &spec.id), support::monitor_of(&rig, &spec.id));
        kill(monitor);
        until("both are dead", || !alive(monitor) && !alive(init)).await;
        tear(&spec.dir, torn);
        let Status::Stopped(exit) = rig.engine.status(&spec.id).await.unwrap() else { panic!("it runs") };
        assert!(exit.reason.contains("no record"), "{exit:?}");
        assert_eq!(rig.engine.report(&spec.id).await.unwrap(), None);
        assert!(support::groups_of(&spec.id).is_empty());
    }
    rig.engine.start(&spec).await.unwrap();
    assert_eq!(rig.sh(&spec.id, "echo alive").await.out, "alive\n");
    rig.engine.stop(&spec.id, Duration::from_secs(10)).await.unwrap();
    for torn in TORN {
        tear(&spec.dir, torn);
        rig.engine.stop(&spec.id, Duration::ZERO).await.unwrap();
    }
    tear(&spec.dir, b"{");
    rig.engine.destroy(&spec.id).await.unwrap();
    assert!(!spec.dir.exists());
}

#[tokio::test]
async fn rules_that_no_record_tells_of_are_removed() {
    let rig = Rig::new();
    let spec = SandboxSpec { network: Network::Egress, ..rig.spec() };
    rig.launch(&spec).await;
    let Some(table) = table_of(&rig, &spec.id) else {
        let report = rig.engine.report(&spec.id).await.unwrap();
        rig.engine.destroy(&spec.id).await.unwrap();
        return println!("not tested: sandboxes have no egress here: {report:?}");
    };
    let there = || {
        let listed = std::process::Command::new("nft").args(["list", "tables"]).output().unwrap();
        String::from_utf8(listed.stdout).unwrap().lines().any(|line| line.ends_with(&format!(" {table}")))
    };
    assert!(there(), "the test does not test what it says");
    let (init, monitor) = (support::init_of(&rig, &spec.id), support::monitor_of(&rig, &spec.id));
    kill(monitor);
    until("both are dead", || !alive(monitor) && !alive(init)).await;
    tear(&spec.dir, b"");
    rig.engine.destroy(&spec.id).await.unwrap();
    assert!(!there());
}

#[tokio::test]
async fn an_init_that_no_record_tells_of_is_killed_with_its_groups() {
    if daytona_engine::cgroup::hierarchies().unwrap().is_empty() {
        return println!("not tested: this user may make no control group, by which such an init is found");
    }
    let rig = Rig::new();
    let spec = rig.start().await;
    let (init, monitor) = (support::init_of(&rig, &spec.id), support::monitor_of(&rig, &spec.id));
    // What hostile code in an init can do, so as not to die with its monitor.
    rig.run(&spec.id, &["prctl-pdeathsig-off"]).await;
    rig.sh(&spec.id, "true").await;
    kill(monitor);
    until("the monitor is dead", || !alive(monitor)).await;
    assert!(alive(init), "the test does not test what it says");
    tear(&spec.dir, b"");
    rig.engine.destroy(&spec.id).await.unwrap();
    assert!(!alive(init));
}

#[tokio::test]
async fn who_cleans_up_does_not_take_a_run_that_begins_meanwhile() {
    let rig = Rig::new();
    let spec = rig.start().await;
    rig.engine.stop(&spec.id, Duration::from_secs(10)).await.unwrap();
    let disk = spec.dir.join("disk.img");
    if !disk.exists() {
        return println!(
            "not tested: this machine makes no disk images, whose lock holds the one who cleans"
        );
    }
    // Cleaning ends with waiting for the disk to be free, and now waits for this test.
    let held = File::open(&disk).unwrap();
    rustix::fs::flock(&held, FlockOperation::LockExclusive).unwrap();
    let (engine, id) = (rig.engine.clone(), spec.id.clone());
    let cleaner = tokio::spawn(async move { engine.status(&id).await });
    until("it waits for the disk", || opened(&disk) == 2).await;
    let (engine, owned) = (rig.engine.clone(), spec.clone());
    let start = tokio::spawn(async move { engine.start(&owned).await });
    let (lock, taken) =
        (File::open(spec.dir.join("monitor.lock")).unwrap(), "a launcher waits or has the lock");
    until(taken, || lock::holder(&lock).unwrap() != lock::Holder::Nobody && waits(&spec.dir)).await;
    drop(held);
    assert!(matches!(cleaner.await.unwrap().unwrap(), Status::Stopped(_)));
    start.await.unwrap().unwrap();
    assert_eq!(rig.sh(&spec.id, "echo alive").await.out, "alive\n");
    assert!(rig.folder(&spec.id).read_run().unwrap().is_some(), "the run is not on record");
    rig.engine.destroy(&spec.id).await.unwrap();
}

/// How often this process has a file open.
fn opened(path: &Path) -> usize {
    let links =
        fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
    links.filter(|link| link == path).count()
}

/// Whether a launcher for the folder has the lock file open.
fn waits(folder: &Path) -> bool {
    let (lock, launcher) = (folder.join("monitor.lock"), support::launcher());
    fs::read_dir("/proc").unwrap().filter_map(Result::ok).any(|process| {
        let line = fs::read_to_string(process.path().join("cmdline")).unwrap_or_default();
        line.starts_with(&*launcher.to_string_lossy())
            && fs::read_dir(process.path().join("fd")).is_ok_and(|mut fds| {
                fds.any(|fd| fs::read_link(fd.unwrap().path()).is_ok_and(|link| link == lock))
            })
    })
}
