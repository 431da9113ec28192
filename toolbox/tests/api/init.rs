//! The toolbox as process 1 of a pid namespace, and a full disk, which needs a mount namespace.

use crate::harness::{BINARY, Toolbox, eventually, in_time};
use serde_json::json;
use std::path::Path;

/// Starts it as process 1 in namespaces of its own; works for root and for users who may make namespaces.
async fn as_init() -> Toolbox {
    let args = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child", BINARY];
    Toolbox::start_by(Path::new("unshare"), &args, |command| command).await
}

/// The host's id of the toolbox that `unshare` has started.
fn host_pid(toolbox: &Toolbox) -> rustix::process::Pid {
    let unshare = toolbox.process.id();
    let children =
        std::fs::read_to_string(format!("/proc/{unshare}/task/{unshare}/children")).expect("children");
    let pid = children.trim().parse().expect("one child");
    rustix::process::Pid::from_raw(pid).expect("an id")
}

fn terminate(toolbox: &Toolbox) {
    rustix::process::kill_process(host_pid(toolbox), rustix::process::Signal::TERM).expect("a signal");
}

#[tokio::test]
async fn orphans_are_reaped() {
    let toolbox = as_init().await;
    assert_eq!(toolbox.output("cat /proc/1/comm").await, "daytona-toolbox\n");
    // Two forks and the death of the one between: process 1 gets the child, which ends at once.
    toolbox.output("for i in 1 2 3 4 5; do (setsid sh -c 'echo $$ >> orphans' &) ; done").await;
    let count = "cat /proc/[0-9]*/stat | awk '$3 == \"Z\"' | wc -l";
    let orphans = toolbox.dir.join("orphans");
    eventually("all orphans ran", async || {
        std::fs::read_to_string(&orphans).is_ok_and(|pids| pids.lines().count() == 5)
    })
    .await;
    eventually("no zombie is left", async || toolbox.output(count).await == "0\n").await;
    // And its own children still get their codes.
    assert_eq!(toolbox.execute("(sleep 0.05 &); exit 9").await["exitCode"], 9);
}

#[tokio::test]
async fn polite_processes_may_clean_up_before_the_end() {
    let mut toolbox = as_init().await;
    let command = "(trap 'echo bye > farewell; exit' TERM; touch ready; while :; do sleep 0.01; done) >/dev/null 2>&1 &";
    toolbox.output(command).await;
    eventually("it runs", async || toolbox.dir.join("ready").exists()).await;
    // One that has to wait, to compare with: by itself, no time says that nobody was waited for.
    let mut waiting = as_init().await;
    waiting.output("(trap '' TERM; touch ready; while :; do sleep 1; done) >/dev/null 2>&1 &").await;
    eventually("it runs", async || waiting.dir.join("ready").exists()).await;
    terminate(&toolbox);
    terminate(&waiting);
    assert_eq!(toolbox.process.wait().expect("an end").code(), Some(0));
    assert!(waiting.process.try_wait().expect("a child").is_none(), "the polite one took as long");
    assert_eq!(waiting.process.wait().expect("an end").code(), Some(0));
    assert_eq!(std::fs::read_to_string(toolbox.dir.join("farewell")).expect("a farewell"), "bye\n");
}

#[tokio::test]
async fn stubborn_processes_are_killed_and_requests_still_answered() {
    let mut toolbox = as_init().await;
    toolbox.output("(trap '' TERM; touch ready; while :; do sleep 1; done) >/dev/null 2>&1 &").await;
    eventually("it runs", async || toolbox.dir.join("ready").exists()).await;
    let request = toolbox.post_json("/process/execute", json!({"command": "touch started; exec sleep 1000"}));
    let pid = host_pid(&toolbox);
    let signal = async {
        eventually("the request runs", async || toolbox.dir.join("started").exists()).await;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
    };
    let (answer, ()) = in_time(futures::future::join(request, signal)).await;
    assert_eq!(answer.json()["exitCode"], 143);
    assert_eq!(toolbox.process.wait().expect("an end").code(), Some(0));
}

#[tokio::test]
async fn sandboxed_code_cannot_kill_its_init() {
    let toolbox = as_init().await;
    toolbox.execute("kill -KILL 1; kill -STOP 1; kill -SEGV 1").await;
    assert_eq!(toolbox.get("/health").await.status, 200);
}

#[test]
fn a_stop_that_came_before_the_toolbox_listens_is_heard() {
    use std::os::unix::process::CommandExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = std::process::Command::new(BINARY);
    command.arg("--listen").arg(folder.path().join("socket")).arg("--workdir").arg(folder.path());
    // As the launcher starts it: blocked, the signal waits over the exec.
    let asked = || {
        // SAFETY: async-signal-safe calls on a set of this closure's own, in a child with one thread.
        unsafe {
            let mut term: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&raw mut term);
            libc::sigaddset(&raw mut term, libc::SIGTERM);
            libc::sigprocmask(libc::SIG_BLOCK, &raw const term, std::ptr::null_mut());
            libc::raise(libc::SIGTERM);
        }
        Ok(())
    };
    // SAFETY: the closure allocates nothing and takes no lock.
    let mut toolbox = unsafe { command.pre_exec(asked) }.spawn().expect("the toolbox starts");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let status = loop {
        match toolbox.try_wait().expect("its state") {
            Some(status) => break Some(status),
            None if std::time::Instant::now() > deadline => break None,
            None => std::thread::sleep(std::time::Duration::from_millis(5)),
        }
    };
    let _ = toolbox.kill();
    assert_eq!(
        status.and_then(|status| status.code()),
        Some(0),
        "it ends in order, and without being asked again"
    );
}

#[tokio::test]
async fn a_toolbox_on_a_host_ends_only_what_it_started() {
    let mut bystander = std::process::Command::new("sleep").arg("1000").spawn().expect("a process");
    let mut toolbox = Toolbox::start().await;
    let stubborn = tokio::spawn({
        let socket = toolbox.socket.clone();
        async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let mut stream = tokio::net::UnixStream::connect(socket).await.expect("a connection");
            let body = r#"{"command":"touch started; exec sleep 1000"}"#;
            let head = format!(
                "POST /process/execute HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(head.as_bytes()).await.expect("a request");
            let mut answer = String::new();
            let _ = stream.read_to_string(&mut answer).await;
            answer
        }
    });
    eventually("the command runs", async || toolbox.dir.join("started").exists()).await;
    let pid = rustix::process::Pid::from_child(&toolbox.process);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
    let answer = in_time(stubborn).await.expect("an answer");
    assert!(answer.contains("\"exitCode\":143"), "{answer}");
    assert_eq!(toolbox.process.wait().expect("an end").code(), Some(0));
    assert!(bystander.try_wait().expect("its state").is_none(), "a process of someone else was ended");
    bystander.kill().expect("its end");
    bystander.wait().expect("its end");
}

#[tokio::test]
async fn a_full_disk_is_said_and_harms_no_file() {
    let script = "dir=$(mktemp -d) && mount -t tmpfs -o size=2m none \"$dir\" && export TMPDIR=\"$dir\" DISK=\"$dir\" && exec \"$@\"";
    let args = ["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", BINARY];
    let toolbox = Toolbox::start_by(Path::new("unshare"), &args, |command| command).await;
    let disk = toolbox.output("echo old > $DISK/file; echo $DISK").await;
    let disk = disk.trim();
    let answer = toolbox.post(&format!("/files/upload-v2?path={disk}/file"), vec![0; 16 << 20]).await;
    assert!(answer.error(507, "NO_SPACE").contains(disk));
    assert_eq!(toolbox.output("cat $DISK/file; ls -A $DISK").await, "old\nfile\n");

    let answer =
        toolbox.post_json("/process/execute", json!({"command": "head -c 32M /dev/zero; sleep 1000"})).await;
    assert!(in_time(async { answer }).await.error(507, "NO_SPACE").contains("output"));
    let large = json!({"command": format!("echo {}", "x".repeat(3 << 20))});
    let answer = toolbox.post_json("/process/execute", large).await.json();
    assert!(answer["result"].as_str().is_some_and(|text| text.contains("disk is full")), "{answer}");
    let code = json!({"language": "python", "code": "print(1)"});
    assert_eq!(
        toolbox.post_json("/process/code-run", code).await.json()["result"],
        "1\n",
        "short runs need no disk"
    );
    assert!(std::fs::remove_dir(disk).is_ok(), "the folder on the host is empty");
}

#[tokio::test]
async fn what_a_killed_toolbox_left_is_removed_by_the_next() {
    use std::os::unix::fs::symlink;
    use tokio::io::AsyncWriteExt;
    let runner = tempfile::tempdir().expect("a folder");
    let tsx = runner.path().join("tsx");
    std::fs::write(&tsx, "#!/bin/sh\nexec sleep 1000\n").expect("a runner");
    std::fs::set_permissions(&tsx, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    let path = format!("{}:/usr/bin:/bin", runner.path().display());
    // In a pid namespace, so that the kill takes the program along.
    let args = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child", BINARY];
    let mut killed =
        Toolbox::start_by(Path::new("unshare"), &args, |command| command.env("PATH", path)).await;
    let mut upload = tokio::net::UnixStream::connect(&killed.socket).await.expect("a connection");
    let head = "POST /files/upload-v2?path=file HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf";
    upload.write_all(head.as_bytes()).await.expect("a request");
    let program = json!({"language": "typescript", "code": "setInterval(() => {}, 1000)"});
    let begins = |start: &'static str| killed.names().iter().any(|name| name.starts_with(start));
    let both = eventually("both are there", async || begins(".daytona-upload-") && begins(".daytona-run-"));
    tokio::select! {
        answer = killed.post_json("/process/code-run", program) => panic!("it ended: {answer:?}"),
        () = both => {}
    }
    killed.process.kill().expect("a kill");
    killed.process.wait().expect("its end");
    eventually("the socket is dead", async || tokio::net::UnixStream::connect(&killed.socket).await.is_err())
        .await;

    let dir = killed.dir.clone();
    let kept =
        [".daytona-run-aaaaaa", ".daytona-upload-", ".daytona-upload-aaaaaa.txt", ".daytona-upload-dir123"];
    kept[..3].iter().for_each(|name| std::fs::write(dir.join(name), "kept").expect("a file"));
    std::fs::create_dir(dir.join(kept[3])).expect("a folder");
    symlink(kept[0], dir.join(".daytona-upload-link12")).expect("a link");
    assert_eq!(killed.names().len(), kept.len() + 3, "{:?}", killed.names());
    let _next = Toolbox::start_with(|command| command.arg("--workdir").arg(&dir)).await;
    let mut expected = [&kept[..], &[".daytona-upload-link12"]].concat();
    expected.sort_unstable();
    assert_eq!(killed.names(), expected);
}
