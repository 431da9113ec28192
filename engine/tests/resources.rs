//! RES: what a sandbox can take is bounded, and others do not notice.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::spec::Limits;
use daytona_engine::{Engine as _, SandboxSpec};
use std::time::{Duration, Instant};
use support::{Rig, resources};

#[tokio::test]
async fn a_fork_bomb_is_held_and_gone_at_once() {
    let rig = Rig::new();
    let victim = rig.start().await;
    let limits = Limits { pids: 40, ..rig.spec().limits };
    let spec = SandboxSpec { limits, ..rig.spec() };
    rig.launch(&spec).await;
    let started = resources::fork_bomb(&rig, &spec.id, 1000).await;
    assert!((5..40).contains(&started), "{started} processes");
    // A real one, that never lets go.
    let bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n";
    let (engine, id) = (&rig.engine, spec.id.clone());
    let destroyed = async {
        // The bomb leaves no room for a command that could tell; the host's count does.
        support::until("the bomb fills its group", || support::children_of(&rig, &id) >= 39).await;
        let asked = Instant::now();
        engine.destroy(&id).await.unwrap();
        asked.elapsed()
    };
    let bomb = ["/usr/bin/python3", "-c", bomb];
    let ((), took) = tokio::join!(rig.fire(&spec.id, &bomb), destroyed);
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert_eq!(rig.sh(&victim.id, "echo alive").await.out, "alive\n");
    rig.engine.destroy(&victim.id).await.unwrap();
}

#[tokio::test]
async fn a_memory_hog_dies_alone_and_the_reason_is_kept() {
    let rig = Rig::new();
    let limits = Limits { memory_bytes: 96 << 20, ..rig.spec().limits };
    let spec = SandboxSpec { limits, ..rig.spec() };
    rig.launch(&spec).await;
    let ran = rig.python(&spec.id, "bytearray(b'x') * (512 << 20)").await;
    assert_eq!(ran.code, -9, "{ran:?}");
    assert_eq!(rig.sh(&spec.id, "echo alive").await.out, "alive\n");
    let held = resources::hog_by_many(&rig, &spec.id, 8, 40 << 20).await;
    assert!(held < 96 << 20, "{held} bytes");
    let exit = rig.engine.stop(&spec.id, Duration::from_secs(10)).await.unwrap();
    assert!(exit.oom, "{exit:?}");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn an_init_that_is_out_of_memory_ends_the_sandbox_with_that_reason() {
    let rig = Rig::new();
    // Too little for the stand-in init itself, which is a Python program.
    let limits = Limits { memory_bytes: 3 << 20, ..rig.spec().limits };
    let spec = SandboxSpec { limits, ..rig.spec() };
    rig.engine.create(&spec).await.unwrap();
    // The kernel may kill before or after the program has replaced the launcher's child.
    if rig.engine.start(&spec).await.is_ok() {
        let exit = rig.engine.wait(&spec.id).await.unwrap();
        assert!(exit.oom && exit.reason.contains("oom"), "{exit:?}");
    }
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_no_space_left_inside_and_no_one_elses() {
    let rig = Rig::new();
    let victim = rig.start().await;
    let limits = Limits { disk_bytes: 32 << 20, ..rig.spec().limits };
    let spec = SandboxSpec { limits, ..rig.spec() };
    rig.launch(&spec).await;
    let ran = rig.sh(&spec.id, "dd if=/dev/zero of=big bs=1M count=64").await;
    assert!(ran.code != 0 && ran.err.contains("No space left on device"), "{ran:?}");
    let many = "import itertools\ntry:\n    for made in itertools.count(): open(f'/tmp/{made}', 'x').close()\nexcept OSError: print(made)";
    let made: u32 = rig.python(&spec.id, many).await.out.trim().parse().unwrap();
    assert!(made < 8192, "{made} files");
    let ran = rig.sh(&victim.id, "dd if=/dev/zero of=big bs=1M count=8 && rm big").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    for id in [&spec.id, &victim.id] {
        rig.engine.destroy(id).await.unwrap();
    }
}

#[tokio::test]
async fn shared_memory_open_files_and_core_dumps_are_bounded() {
    let rig = Rig::new();
    let limits = Limits { shm_bytes: 4 << 20, open_files: 100, ..rig.spec().limits };
    let spec = SandboxSpec { limits, ..rig.spec() };
    rig.launch(&spec).await;
    let ran = rig.sh(&spec.id, "dd if=/dev/zero of=/dev/shm/big bs=1M count=8").await;
    assert!(ran.err.contains("No space left on device"), "{ran:?}");
    assert_eq!(rig.sh(&spec.id, "ulimit -Hn; ulimit -Hc; umask").await.out, "100\n0\n0022\n");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn endless_output_of_the_init_is_kept_to_a_bound() {
    let rig = Rig::new();
    let spec = rig.start().await;
    assert_eq!(rig.run(&spec.id, &["flood"]).await.code, 0);
    let kept = std::fs::metadata(spec.dir.join("init.log")).unwrap().len();
    assert!(kept <= 256 << 10, "{kept} bytes");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn what_is_enforced_is_reported() {
    let rig = Rig::new();
    let spec = rig.start().await;
    let report = rig.engine.report(&spec.id).await.unwrap().unwrap();
    for name in ["memory", "pids", "cpu", "disk"] {
        assert!(report.enforced.iter().any(|line| line.starts_with(name)), "{report:?}");
    }
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn all_sandboxes_together_stay_below_four_fifths_of_the_memory() {
    let rig = Rig::new();
    let spec = rig.start().await;
    let memory = daytona_engine::cgroup::hierarchies().unwrap();
    let memory = memory.iter().find(|hierarchy| hierarchy.controllers.contains("memory")).unwrap();
    let file = if memory.version == 1 { "memory.limit_in_bytes" } else { "memory.max" };
    let cap = std::fs::read_to_string(memory.parent.join("daytona").join(file)).unwrap();
    let machine = std::fs::read_to_string("/proc/meminfo").unwrap();
    let total: u64 = machine.split_ascii_whitespace().nth(1).unwrap().parse().unwrap();
    let cap: u64 = cap.trim().parse().unwrap();
    assert!(cap / 1024 <= total / 10 * 8 + 4, "{cap} bytes of {total} KiB");
    rig.engine.destroy(&spec.id).await.unwrap();
}
