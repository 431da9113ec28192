//! With real sandboxes: made, used, stopped, started, removed, and nothing left of them.

use crate::support::{Server, until};
use serde_json::json;
use std::path::Path;

/// What a sandbox leaves behind if it leaves anything: processes and mounts that name its folder.
fn traces(dir: &Path) -> Vec<String> {
    let dir = dir.to_string_lossy().into_owned();
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
    let mut found: Vec<String> =
        mounts.lines().filter(|line| line.contains(&dir)).map(str::to_owned).collect();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        if command.contains(&dir) && command.contains("launcher") {
            found.push(format!("process {}: {command}", entry.file_name().display()));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn code_runs_and_files_survive_a_stop() {
    let server = Server::real().await;
    let id = server.create(json!({"env": {"GREETING": "hello there"}, "name": "box"})).await;
    let ran = server.exec(&id, "id -u; echo $GREETING; echo kept > ~/note; hostname").await;
    assert_eq!(ran["result"], format!("1000\nhello there\n{id}\n"), "{ran}");
    assert_eq!(ran["exitCode"], 0);
    let code = json!({"code": "print('Sum of 3 and 4 is ' + str(3 + 4))", "language": "python"});
    let ran = server.post("/toolbox/box/process/code-run", code).await.ok();
    assert_eq!(ran["result"], "Sum of 3 and 4 is 7\n", "{ran}");
    server.post("/api/sandbox/box/stop", json!({})).await.ok();
    server.wait_for(&id, "stopped").await;
    server.post("/api/sandbox/box/start", json!({})).await.ok();
    let ran = server.exec(&id, "cat ~/note; echo $GREETING").await;
    assert_eq!(ran["result"], "kept\nhello there\n", "{ran}");
    server.delete("/api/sandbox/box").await.ok();
    server.wait_for(&id, "gone").await;
    assert!(!server.dir.join("sandboxes").join(&id).exists());
    assert_eq!(traces(&server.dir), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_warm_sandbox_has_its_environment_and_is_replaced() {
    let server = Server::real_with(|options| options.warm_pool = Some(1)).await;
    let folders = || std::fs::read_dir(server.dir.join("sandboxes")).map_or(0, Iterator::count);
    server.wait_for_warm(1).await;
    let id = server.create(json!({"env": {"SECRET": "s3"}})).await;
    assert_eq!(server.exec(&id, "echo $SECRET $DAYTONA_SANDBOX_ID").await["result"], format!("s3 {id}\n"));
    until("another is made", async || folders() == 2).await;
    server.delete(&format!("/api/sandbox/{id}")).await.ok();
    server.wait_for(&id, "gone").await;
    let dir = server.dir.clone();
    let owned = server.stop().await;
    assert_eq!(std::fs::read_dir(dir.join("sandboxes")).unwrap().count(), 0);
    assert_eq!(traces(&dir), Vec::<String>::new());
    drop(owned);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_ends_when_its_client_goes() {
    let server = Server::real().await;
    let id = server.create(json!({})).await;
    let caller = server.caller.clone();
    let path = format!("/toolbox/{id}/process/execute");
    let call = tokio::spawn(async move { caller.post(&path, json!({"command": "exec sleep 4321"})).await });
    until("it sleeps", async || sleeps_in(&server, &id).await).await;
    call.abort();
    until("it sleeps no more", async || !sleeps_in(&server, &id).await).await;
}

/// Whether a process named sleep runs in the sandbox.
async fn sleeps_in(server: &Server, id: &str) -> bool {
    let ran = server.exec(id, "cat /proc/[0-9]*/comm").await;
    ran["result"].as_str().unwrap().lines().any(|name| name == "sleep")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_init_is_noticed_and_the_sandbox_can_go_on() {
    let server = Server::real().await;
    let id = server.create(json!({})).await;
    server.exec(&id, "echo kept > ~/note").await;
    let folder = server.dir.join("sandboxes").join(&id);
    let launcher = traces(&server.dir);
    assert_eq!(launcher.len(), 1, "{launcher:?}");
    let pid: i32 = launcher[0].split([' ', ':']).nth(1).unwrap().parse().unwrap();
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(pid).unwrap(),
        rustix::process::Signal::KILL,
    )
    .unwrap();
    server.wait_for(&id, "stopped").await;
    assert!(
        server.get(&format!("/api/sandbox/{id}")).await.text("errorReason").contains("stopped by itself")
    );
    assert!(folder.exists());
    server.post(&format!("/api/sandbox/{id}/start"), json!({})).await.ok();
    assert_eq!(server.exec(&id, "cat ~/note").await["result"], "kept\n");
    server.delete(&format!("/api/sandbox/{id}")).await.ok();
    server.wait_for(&id, "gone").await;
    assert_eq!(traces(&server.dir), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_servers_port_and_folder_cannot_be_seen_from_inside() {
    let server = Server::real().await;
    let id = server.create(json!({})).await;
    let (address, dir) = (server.address(), server.dir.display().to_string());
    let (host, port) = address.split_once(':').unwrap();
    let code = format!("import socket; socket.create_connection(('{host}', {port}), 3)");
    let ran = server.exec(&id, &format!("python3 -c \"{code}\"; echo $?")).await;
    assert!(ran["result"].as_str().unwrap().trim().ends_with('1'), "{ran}");
    let ran = server.exec(&id, &format!("ls {dir}; echo $?")).await;
    assert!(ran["result"].as_str().unwrap().trim().ends_with('2'), "{ran}");
}
