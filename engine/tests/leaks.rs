//! Many lives leave the machine as it was.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::Engine as _;
use std::path::Path;
use std::time::Duration;
use support::Rig;

/// What a sandbox could leave behind, as far as it can be told from what others on the machine do meanwhile.
#[derive(Debug, PartialEq, Eq)]
struct Traces {
    descriptors: usize,
    children: usize,
    mounts: usize,
    loops: Vec<String>,
    groups: usize,
    links: usize,
    files: usize,
}

fn traces(data: &Path) -> Traces {
    let text = |path: &str| std::fs::read_to_string(path).unwrap();
    let ours = data.display().to_string();
    let find = |arguments: &[&str]| {
        let found = std::process::Command::new("find").args(arguments).output().unwrap();
        String::from_utf8(found.stdout).unwrap().lines().count()
    };
    let id = format!("test-{}-*", std::process::id());
    Traces {
        descriptors: std::fs::read_dir("/proc/self/fd").unwrap().count(),
        children: processes_of(&ours),
        mounts: text("/proc/self/mounts").lines().filter(|line| line.contains(&ours)).count(),
        loops: support::loops_beneath(data),
        groups: find(&["/sys/fs/cgroup", "-type", "d", "-name", &id]),
        links: text("/proc/net/dev").lines().filter(|line| line.trim().starts_with("dt")).count(),
        files: find(&[&ours]),
    }
}

/// Processes whose command line names our folder: launchers and their children, zombies of this process included.
fn processes_of(folder: &str) -> usize {
    let own = std::process::id().to_string();
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|pid| pid.bytes().all(|byte| byte.is_ascii_digit()) && *pid != own)
        .filter(|pid| {
            let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            line.contains(folder) || stat.contains(&format!(") Z {own} "))
        })
        .count()
}

#[tokio::test]
async fn forty_lives_leave_no_trace() {
    let rig = Rig::new();
    counts_what_runs(&rig).await;
    // One life first, so that what is made once (threads, folders) is there.
    life(&rig).await;
    let before = traces(rig.data.path());
    for _ in 0..10 {
        tokio::join!(life(&rig), life(&rig), life(&rig), life(&rig));
    }
    // The end of a child is seen a moment after the sandbox is gone.
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    let mut after = traces(rig.data.path());
    while after != before && std::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
        after = traces(rig.data.path());
    }
    assert_eq!(before, after);
}

async fn life(rig: &Rig) {
    let spec = rig.start().await;
    assert_eq!(
        rig.sh(&spec.id, "echo x > /tmp/x; sleep 1000 >/dev/null 2>&1 & echo alive").await.out,
        "alive\n"
    );
    rig.engine.stop(&spec.id, Duration::from_secs(10)).await.unwrap();
    rig.engine.start(&spec).await.unwrap();
    rig.engine.destroy(&spec.id).await.unwrap();
}

/// The count can fail: a running sandbox is a trace.
async fn counts_what_runs(rig: &Rig) {
    let before = traces(rig.data.path());
    let spec = rig.start().await;
    let during = traces(rig.data.path());
    assert!(during.children > before.children && during.groups > before.groups, "{before:?} {during:?}");
    assert!(during.loops.len() > before.loops.len() && during.files > before.files, "{before:?} {during:?}");
    rig.engine.destroy(&spec.id).await.unwrap();
}
