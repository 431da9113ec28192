//! `kill -9` of the server at random moments: what was acknowledged stands, nothing is orphaned.

use crate::support::{Caller, DEADLINE, binary, engine_on, example, until};
use daytona_engine::Engine;
use serde_json::json;
use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A server in a process of its own.
pub(crate) struct ChildServer {
    child: Child,
    pub(crate) caller: Caller,
}

impl ChildServer {
    pub(crate) async fn start(dir: &Path, warm_pool: usize) -> Self {
        let command = Command::new(example());
        Self::start_as(command, dir, &binary("daytona-launcher"), &binary("daytona-toolbox"), warm_pool).await
    }

    /// One that logs at this level, into a file beside its folder.
    pub(crate) async fn start_logging(dir: &Path, warm_pool: usize, level: &str) -> Self {
        let mut command = Command::new(example());
        command.env("RUST_LOG", level);
        Self::start_as(command, dir, &binary("daytona-launcher"), &binary("daytona-toolbox"), warm_pool).await
    }

    async fn start_as(
        mut command: Command,
        dir: &Path,
        launcher: &Path,
        toolbox: &Path,
        warm_pool: usize,
    ) -> Self {
        drop(std::fs::remove_file(dir.join("server.json")));
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(dir.with_extension("log")).unwrap();
        let child = command
            .args([dir.as_os_str(), launcher.as_os_str(), toolbox.as_os_str()])
            .arg(warm_pool.to_string())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let began = Instant::now();
        let info: serde_json::Value = loop {
            if let Ok(bytes) = std::fs::read(dir.join("server.json")) {
                break serde_json::from_slice(&bytes).unwrap();
            }
            assert!(
                began.elapsed() < DEADLINE,
                "no server.json; see {}",
                dir.with_extension("log").display()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let key = std::fs::read_to_string(dir.join("api-key")).unwrap();
        let caller = Caller::new(info["url"].as_str().unwrap(), &key);
        Self { child, caller }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn terminate(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for ChildServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A data folder whose sandboxes are gone when the test is, however it ends.
pub(crate) struct DataDir(tempfile::TempDir);

impl DataDir {
    pub(crate) fn new() -> Self {
        Self(tempfile::Builder::new().prefix("daytona-server-").tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("data")
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        let engine = engine_on(&self.path());
        let cleaner = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                for id in engine.list().await.unwrap_or_default() {
                    drop(engine.destroy(&id).await);
                }
            });
        });
        drop(cleaner.join());
    }
}

/// What the last acknowledged operation on a sandbox left, or that one was under way when the server died.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    Started,
    Stopped,
    Deleted,
    Unsure,
}

type Ledger = Arc<Mutex<BTreeMap<String, Known>>>;

/// Does things to sandboxes until the server is gone.
async fn work(caller: Caller, ledger: Ledger, worker: usize) {
    for round in 0.. {
        let id = format!("w{worker}-{round}-{}", std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos());
        let note = |known: Known| ledger.lock().unwrap().insert(id.clone(), known);
        let body = if round % 2 == 0 { json!({"id": id, "labels": {"id": id}}) } else { json!({"name": id}) };
        note(Known::Unsure);
        let Ok(made) = call(&caller, "POST", "/api/sandbox", body.to_string()).await else { return };
        assert!(made["id"].is_string(), "{made}");
        note(Known::Started);
        let path = format!("/api/sandbox/{id}");
        match round % 4 {
            0 | 1 => {}
            2 => {
                note(Known::Unsure);
                let Ok(_) = call(&caller, "POST", &format!("{path}/stop"), String::new()).await else {
                    return;
                };
                note(Known::Stopped);
            }
            _ => {
                note(Known::Unsure);
                let Ok(_) = call(&caller, "DELETE", &path, String::new()).await else { return };
                note(Known::Deleted);
            }
        }
    }
}

async fn call(caller: &Caller, method: &str, path: &str, body: String) -> Result<serde_json::Value, String> {
    let request = caller.request(method, path).body(axum::body::Body::from(body)).unwrap();
    let reply = caller.try_send(request).await?;
    assert!(reply.status.is_success(), "{method} {path}: {}", String::from_utf8_lossy(&reply.bytes));
    Ok(reply.json())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_stands() {
    let data = DataDir::new();
    let dir = data.path();
    std::fs::create_dir(&dir).unwrap();
    std::fs::set_permissions(&dir, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    // Moments spread over what a create, a stop and a delete take; the seed is in the message of a failure.
    let seed = std::time::UNIX_EPOCH.elapsed().unwrap().subsec_nanos() as u64 | 1;
    let mut random = seed;
    for round in 0..8 {
        let server = ChildServer::start(&dir, round % 3).await;
        let ledger = Ledger::default();
        let workers: Vec<_> =
            (0..2).map(|worker| tokio::spawn(work(server.caller.clone(), ledger.clone(), worker))).collect();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        tokio::time::sleep(Duration::from_millis(60 + random % 400)).await;
        server.kill();
        for worker in workers {
            worker.await.unwrap();
        }

        let server = ChildServer::start(&dir, 1).await;
        let caller = &server.caller;
        let known = ledger.lock().unwrap().clone();
        for (id, known) in &known {
            let about = format!("round {round}, seed {seed}, {id}, {known:?}");
            match known {
                Known::Started => {
                    assert_eq!(caller.state(id).await, "started", "{about}");
                    assert_eq!(caller.exec(id, "echo here").await["result"], "here\n", "{about}");
                }
                Known::Stopped => caller.wait_for(id, "stopped").await,
                Known::Deleted => caller.wait_for(id, "gone").await,
                Known::Unsure => {
                    until(&about, async || {
                        ["started", "stopped", "gone"].contains(&caller.state(id).await.as_str())
                    })
                    .await;
                }
            }
        }
        // Everything can be removed, and then nothing is left.
        let listed = caller.get("/api/sandbox?limit=200").await.ok();
        for item in listed["items"].as_array().unwrap() {
            let path = format!("/api/sandbox/{}", item["id"].as_str().unwrap());
            // 409: what the crash interrupted, a stop or a removal, is still being finished.
            until("it can be deleted", async || caller.delete(&path).await.status != 409).await;
        }
        until("the list is empty", async || caller.get("/api/sandbox").await.ok()["items"] == json!([]))
            .await;
        server.terminate();
        let left = engine_on(&dir).list().await.unwrap();
        assert_eq!(left, Vec::<String>::new(), "round {round}, seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_in_a_sandbox_outlives_the_server() {
    let data = DataDir::new();
    let server = ChildServer::start(&data.path(), 0).await;
    let id = server.caller.create(json!({})).await;
    let begun = "nohup sh -c 'while :; do date +%s%N > ~/tick; sleep 0.02; done' >/dev/null 2>&1 & echo $!";
    let pid = server.caller.exec(&id, begun).await["result"].as_str().unwrap().trim().to_owned();
    server.kill();
    let server = ChildServer::start(&data.path(), 0).await;
    let tick = async || server.caller.exec(&id, "cat ~/tick").await["result"].as_str().unwrap().to_owned();
    let first = tick().await;
    until("it ticks on", async || tick().await != first).await;
    let alive = server.caller.exec(&id, &format!("kill -0 {pid} && echo alive")).await;
    assert_eq!(alive["result"], "alive\n");
    // A clean end leaves it alone, too.
    server.terminate();
    let server = ChildServer::start(&data.path(), 0).await;
    assert_eq!(server.caller.exec(&id, &format!("kill -0 {pid} && echo alive")).await["result"], "alive\n");
    server.caller.delete(&format!("/api/sandbox/{id}")).await.ok();
    server.caller.wait_for(&id, "gone").await;
    server.terminate();
}

/// As root, the same server again as an ordinary user with nothing but user namespaces.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ordinary_user_can_serve() {
    const USER: u32 = 61_234;
    let data = DataDir::new();
    // The user may not be able to enter the folders the programs lie in.
    let home = data.0.path();
    let mut programs = Vec::new();
    for program in [example(), binary("daytona-launcher"), binary("daytona-toolbox")] {
        let copy = home.join(program.file_name().unwrap());
        std::fs::copy(&program, &copy).unwrap();
        programs.push(copy);
    }
    let mut command = Command::new(&programs[0]);
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(home, Some(USER), Some(USER)).unwrap();
        command.uid(USER).gid(USER);
    }
    let server = ChildServer::start_as(command, &data.path(), &programs[1], &programs[2], 1).await;
    let caller = &server.caller;
    let id = caller.create(json!({"name": "mine", "env": {"GREETING": "hi"}})).await;
    let ran = caller.exec(&id, "id -u; echo $GREETING > ~/note; cat ~/note; exit 3").await;
    assert!(ran["result"].as_str().unwrap().starts_with("1000\nhi\n"), "{ran}");
    assert_eq!(ran["exitCode"], 3);
    caller.post("/api/sandbox/mine/stop", json!({})).await.ok();
    caller.wait_for(&id, "stopped").await;
    caller.post("/api/sandbox/mine/start", json!({})).await.ok();
    assert_eq!(caller.exec(&id, "cat ~/note").await["result"], "hi\n");
    caller.delete("/api/sandbox/mine").await.ok();
    caller.wait_for(&id, "gone").await;
    server.terminate();
    assert_eq!(std::fs::read_dir(data.path().join("sandboxes")).unwrap().count(), 0);
}
