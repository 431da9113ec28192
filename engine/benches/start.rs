//! How long a sandbox takes to be made, started and removed, and what its monitor costs.
//!
//! `cargo bench -p daytona-engine`, with `DAYTONA_LAUNCHER` and `DAYTONA_TOOLBOX` naming the built programs
//! (`scripts/build-binaries.sh` leaves them in `target/bin`). As root the writable layer is a disk image; as another
//! user a folder. With `-- --true` it prints the one number that compares with other tools: start to exit of `true`; with
//! `-- --egress` sandboxes have a network.

use daytona_engine::image::host;
use daytona_engine::spec::{IdMap, Limits, Network};
use daytona_engine::{Engine as _, EngineOptions, NamespaceEngine, SandboxSpec, connect};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 60;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Err(error) = run().await {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let data = tempfile::tempdir()?;
    let bin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bin");
    let program =
        |variable: &str, name: &str| std::env::var_os(variable).map_or_else(|| bin.join(name), PathBuf::from);
    let options = EngineOptions {
        sandboxes_dir: data.path().join("sandboxes"),
        launcher: program("DAYTONA_LAUNCHER", "daytona-launcher"),
        toolbox: program("DAYTONA_TOOLBOX", "daytona-toolbox"),
    };
    let image = host::prepare(&data.path().join("images"), &data.path().join("tools"))?;
    if given("--true") {
        return true_alone(&options, &image, data.path());
    }
    let engine = NamespaceEngine::new(options);
    let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    let mut memory = Vec::new();
    for round in 0..ROUNDS {
        let spec = spec(&image, data.path(), round);
        let mut took = |name, since: Instant| times.entry(name).or_default().push(since.elapsed());
        let begun = Instant::now();
        engine.create(&spec).await?;
        took("1 create (folder and disk)", begun);
        let at = Instant::now();
        engine.start(&spec).await?;
        took("2 start (until the toolbox runs)", at);
        let at = Instant::now();
        drop(connect(&engine.socket(&spec.id)).await?);
        took("3 connect", at);
        took("4 cold start: 1 to 3", begun);
        memory.extend(monitor_memory(&spec.dir));
        let at = Instant::now();
        engine.destroy(&spec.id).await?;
        took("5 destroy", at);
    }
    for (name, times) in &mut times {
        println!("{:<34} median {:>7.2} ms   p95 {:>7.2} ms", &name[2..], at(times, 50), at(times, 95));
    }
    memory.sort_unstable();
    println!(
        "memory of the monitor              median {} KiB (proportional set size)",
        memory[memory.len() / 2]
    );
    Ok(())
}

/// Runs `true` as the sandbox's init and waits until nothing of the sandbox is left.
fn true_alone(
    options: &EngineOptions,
    image: &host::HostImage,
    data: &Path,
) -> Result<(), Box<dyn std::error::Error>> {
    let spec = spec(image, data, 0);
    std::fs::create_dir_all(spec.dir.join("writable/upper"))?;
    std::fs::create_dir_all(spec.dir.join("writable/work"))?;
    if let IdMap::Range { base, .. } = spec.ids {
        for name in ["upper", "work"] {
            std::os::unix::fs::chown(spec.dir.join("writable").join(name), Some(base), Some(base))?;
        }
    }
    std::fs::write(spec.dir.join("spec.json"), serde_json::to_vec(&spec)?)?;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        Command::new(&options.launcher)
            .arg("run")
            .arg(&spec.dir)
            .arg("/usr/bin/true")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()?;
        times.push(begun.elapsed());
    }
    println!(
        "daytona-launcher                   median {:>7.2} ms   p95 {:>7.2} ms",
        at(&mut times, 50),
        at(&mut times, 95)
    );
    Ok(())
}

fn given(flag: &str) -> bool {
    std::env::args().any(|argument| argument == flag)
}

fn spec(image: &host::HostImage, data: &Path, round: usize) -> SandboxSpec {
    let id = format!("bench-{}-{round}", std::process::id());
    let root = rustix::process::geteuid().is_root();
    SandboxSpec {
        dir: data.join("sandboxes").join(&id),
        id,
        layers: image.layers.clone(),
        mounts: image.mounts.clone(),
        user: image.user.clone(),
        env: BTreeMap::new(),
        ids: if root { IdMap::Range { base: 1 << 30, count: 65_536 } } else { IdMap::Single },
        limits: Limits::default(),
        network: if given("--egress") { Network::Egress } else { Network::None },
    }
}

fn at(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0
}

/// The parent of the init whose process id the run's record names.
fn monitor_memory(folder: &Path) -> Option<u64> {
    let run: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("run.json")).ok()?).ok()?;
    let status = std::fs::read_to_string(format!("/proc/{}/status", run["init"]["pid"])).ok()?;
    let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim();
    let memory = std::fs::read_to_string(format!("/proc/{parent}/smaps_rollup")).ok()?;
    let line = memory.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.split_whitespace().next()?.parse().ok()
}
