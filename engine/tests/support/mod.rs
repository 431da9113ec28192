//! What every engine test needs: an engine on a folder of its own, sandboxes of the `host` image, and a way to run
//! a command in one. The init is a small stand-in (`init.py`), so that these tests judge the engine alone.

#![expect(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod escape;
pub(crate) mod internet;
pub(crate) mod resources;

use daytona_engine::folder::Folder;
use daytona_engine::image::host;
use daytona_engine::spec::{IdMap, Limits, Network};
use daytona_engine::{Engine as _, EngineOptions, NamespaceEngine, SandboxSpec, connect};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

/// An engine whose every trace is gone when it is dropped, or the test has found a leak.
pub(crate) struct Rig {
    pub(crate) engine: NamespaceEngine,
    pub(crate) image: host::HostImage,
    pub(crate) data: tempfile::TempDir,
}

/// How a command in a sandbox ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i64,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let data = tempfile::Builder::new().prefix("daytona-engine-").tempdir().unwrap();
        Self::at(data)
    }

    pub(crate) fn at(data: tempfile::TempDir) -> Self {
        let engine = NamespaceEngine::new(EngineOptions {
            sandboxes_dir: data.path().join("sandboxes"),
            launcher: launcher(),
            toolbox: init(),
        });
        let image = host::prepare(&data.path().join("images"), &data.path().join("tools")).unwrap();
        Self { engine, image, data }
    }

    /// Sandboxes of another init, which lies beside `init.py`.
    pub(crate) fn with_init(name: &str) -> Self {
        let mut rig = Self::new();
        rig.engine = NamespaceEngine::new(EngineOptions {
            sandboxes_dir: rig.data.path().join("sandboxes"),
            launcher: launcher(),
            toolbox: init().with_file_name(name),
        });
        rig
    }

    /// A launcher with controls switched off. It takes a launcher built with the `weaken` feature to hear it.
    pub(crate) fn weakened(controls: &str) -> Self {
        let mut rig = Self::new();
        rig.engine = rig.engine.clone().with_launcher_env("DAYTONA_WEAKEN", controls);
        rig
    }

    /// A sandbox with an id no other test uses.
    pub(crate) fn spec(&self) -> SandboxSpec {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let id = format!("test-{}-{number}", std::process::id());
        // Id ranges of one test process do not meet those of another.
        let base = 1_000_000 + (std::process::id() % 1000) * 1_000_000 + number * 65_536;
        let root = rustix::process::geteuid().is_root();
        SandboxSpec {
            dir: self.data.path().join("sandboxes").join(&id),
            id,
            layers: self.image.layers.clone(),
            mounts: self.image.mounts.clone(),
            user: self.image.user.clone(),
            env: BTreeMap::new(),
            ids: if root { IdMap::Range { base, count: 65_536 } } else { IdMap::Single },
            limits: Limits { disk_bytes: 256 << 20, ..Limits::default() },
            network: Network::None,
        }
    }

    /// A sandbox that runs.
    pub(crate) async fn start(&self) -> SandboxSpec {
        let spec = self.spec();
        self.launch(&spec).await;
        spec
    }

    pub(crate) async fn launch(&self, spec: &SandboxSpec) {
        self.engine.create(spec).await.unwrap();
        self.engine.start(spec).await.unwrap();
    }

    /// Runs a program in a sandbox.
    pub(crate) async fn run(&self, id: &str, argv: &[&str]) -> Ran {
        let stream = connect(&self.engine.socket(id)).await.unwrap();
        let mut stream = BufReader::new(stream);
        let request = json!({ "argv": argv }).to_string() + "\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_line(&mut answer).await.unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| {
            panic!("no answer: {answer:?}; init said: {}", self.init_log(id));
        });
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Ran { code: answer["code"].as_i64().unwrap(), out: text("out"), err: text("err") }
    }

    /// Starts a program in a sandbox and does not care what becomes of it.
    pub(crate) async fn fire(&self, id: &str, argv: &[&str]) {
        let mut stream = connect(&self.engine.socket(id)).await.unwrap();
        let request = json!({ "argv": argv }).to_string() + "\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        // Ends with an answer or with the sandbox.
        let _ = BufReader::new(stream).read_line(&mut String::new()).await;
    }

    /// Runs a shell command in a sandbox.
    pub(crate) async fn sh(&self, id: &str, command: &str) -> Ran {
        self.run(id, &["/bin/sh", "-c", command]).await
    }

    /// Runs Python code in a sandbox.
    pub(crate) async fn python(&self, id: &str, code: &str) -> Ran {
        self.run(id, &["/usr/bin/python3", "-I", "-c", code]).await
    }

    pub(crate) fn folder(&self, id: &str) -> Folder {
        Folder::new(self.data.path().join("sandboxes").join(id))
    }

    pub(crate) fn init_log(&self, id: &str) -> String {
        let path = self.data.path().join("sandboxes").join(id).join("init.log");
        std::fs::read_to_string(path).unwrap_or_default()
    }
}

/// A test that fails must not leave sandboxes running.
impl Drop for Rig {
    fn drop(&mut self) {
        let engine = self.engine.clone();
        let cleaned = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                for id in engine.list().await.unwrap_or_default() {
                    if let Err(error) = engine.destroy(&id).await {
                        eprintln!("{error}");
                    }
                }
            });
        });
        let _ = cleaned.join();
    }
}

pub(crate) fn launcher() -> PathBuf {
    std::env::var_os("DAYTONA_TEST_LAUNCHER")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_daytona-launcher")), PathBuf::from)
}

pub(crate) fn init() -> PathBuf {
    std::env::var_os("DAYTONA_TEST_INIT")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/init.py"), PathBuf::from)
}

/// The process that is the init of sandbox `id`, as the host sees it.
pub(crate) fn init_of(rig: &Rig, id: &str) -> i32 {
    let text = std::fs::read_to_string(rig.data.path().join("sandboxes").join(id).join("run.json")).unwrap();
    let run: Value = serde_json::from_str(&text).unwrap();
    i32::try_from(run["init"]["pid"].as_i64().unwrap()).unwrap()
}

/// The user a process runs as, as the host sees it.
pub(crate) fn user_of(pid: i32) -> u32 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// How many processes a sandbox has, as the host counts them.
pub(crate) fn children_of(rig: &Rig, id: &str) -> usize {
    let text = std::fs::read_to_string(rig.data.path().join("sandboxes").join(id).join("run.json")).unwrap();
    let run: Value = serde_json::from_str(&text).unwrap();
    let group = run["cgroups"][0].as_str().unwrap();
    std::fs::read_to_string(Path::new(group).join("cgroup.procs")).unwrap_or_default().lines().count()
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !so() {
        assert!(std::time::Instant::now() < deadline, "waited too long until {what}");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// The launcher that watches over sandbox `id`.
pub(crate) fn find_monitor(rig: &Rig, id: &str) -> Option<i32> {
    let monitor = daytona_engine::leftovers::monitor(&rig.folder(id)).unwrap()?;
    Some(monitor.as_raw_nonzero().get())
}

pub(crate) fn monitor_of(rig: &Rig, id: &str) -> i32 {
    find_monitor(rig, id).unwrap()
}

/// The control groups that bear a sandbox's id, whichever server's it is, in every hierarchy.
pub(crate) fn groups_of(id: &str) -> Vec<PathBuf> {
    let done = std::process::Command::new("find")
        .args(["/sys/fs/cgroup", "-type", "d", "-path", "*/daytona/*", "-name", &format!("{id}-????????")])
        .output()
        .unwrap();
    String::from_utf8(done.stdout).unwrap().lines().map(PathBuf::from).collect()
}

/// The loop devices whose file lies beneath a folder.
pub(crate) fn loops_beneath(folder: &Path) -> Vec<String> {
    std::fs::read_dir("/sys/block")
        .unwrap()
        .filter_map(|entry| std::fs::read_to_string(entry.unwrap().path().join("loop/backing_file")).ok())
        .filter(|file| Path::new(file).starts_with(folder))
        .collect()
}
