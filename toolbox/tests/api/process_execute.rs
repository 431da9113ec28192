//! `POST /process/execute`.

use crate::harness::{Toolbox, alive, eventually, in_time};
use serde_json::json;
use std::os::unix::process::CommandExt;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;

#[tokio::test]
async fn it_is_a_real_shell() {
    let toolbox = Toolbox::start().await;
    let cases = [
        ("echo a | tr a b && echo 'it''s' \"$((1+1))\"", "b\nits 2\n"),
        ("cat <<END\nhere $(echo doc)\nEND", "here doc\n"),
        ("for i in 1 2; do\n  echo $i\ndone", "1\n2\n"),
        ("false || echo recovered", "recovered\n"),
        ("-x 2>/dev/null; echo a dash is no option", "a dash is no option\n"),
        // The command is not the shell's input, so what reads input gets its end and not the next line.
        ("cat\necho after", "after\n"),
        ("echo x > /dev/stderr 2>&1; echo y > /dev/stdout", "y\n"),
    ];
    for (command, expected) in cases {
        assert_eq!(toolbox.execute(command).await["stdout"], expected, "{command}");
    }
}

#[tokio::test]
async fn exit_codes_are_answers() {
    let toolbox = Toolbox::start().await;
    assert_eq!(toolbox.execute("exit 7").await["exitCode"], 7);
    assert_eq!(toolbox.execute("kill -KILL $$").await["exitCode"], 137);
    assert_eq!(toolbox.execute("kill -SEGV $$").await["exitCode"], 139);
    let missing = toolbox.execute("no-such-program").await;
    assert_eq!(missing["exitCode"], 127);
    assert!(missing["result"].as_str().is_some_and(|text| text.contains("no-such-program")), "{missing}");
}

#[tokio::test]
async fn streams_come_apart_and_together() {
    let toolbox = Toolbox::start().await;
    let apart = toolbox.execute("echo out; sleep 0.2; echo err >&2; sleep 0.2; echo out again").await;
    assert_eq!(apart["stdout"], "out\nout again\n");
    assert_eq!(apart["stderr"], "err\n");
    assert_eq!(apart["result"], "out\nerr\nout again\n");

    // Without the wish for split output, order is exact however fast things are written.
    let request = hyper::Request::post("/process/execute").header("host", "x");
    let command = "i=0; while [ $i -lt 500 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done";
    let body = json!({"command": command}).to_string();
    let answer = toolbox.send(request.body(body.into()).expect("a request")).await.json();
    let expected: String = (0..500).map(|i| format!("o{i}\ne{i}\n")).collect();
    assert_eq!(answer, json!({"exitCode": 0, "result": expected}));
}

#[tokio::test]
async fn folder_and_environment() {
    let toolbox = Toolbox::start_with(|command| command.env("GIVEN", "g")).await;
    std::fs::create_dir(toolbox.dir.join("sub")).expect("a folder");
    let dir = toolbox.dir.to_str().expect("text");
    let cases = [
        (json!({"command": "pwd"}), format!("{dir}\n")),
        (json!({"command": "pwd", "cwd": ""}), format!("{dir}\n")),
        (json!({"command": "pwd", "cwd": "sub"}), format!("{dir}/sub\n")),
        (json!({"command": "pwd", "cwd": "/"}), "/\n".to_owned()),
        (
            json!({"command": "echo \"$GIVEN $X\"", "envs": {"X": "a\nb \"$GIVEN\""}}),
            "g a\nb \"$GIVEN\"\n".to_owned(),
        ),
        (json!({"command": "echo $GIVEN", "envs": {"GIVEN": "over"}, "timeout": 0}), "over\n".to_owned()),
    ];
    for (body, expected) in cases {
        let answer = toolbox.post_json("/process/execute", body.clone()).await.json();
        assert_eq!(answer["result"], expected, "{body}");
    }
}

#[tokio::test]
async fn what_cannot_start_is_exit_code_minus_one_and_a_reason() {
    let toolbox = Toolbox::start().await;
    std::fs::write(toolbox.dir.join("file"), "").expect("a file");
    for cwd in ["/no/such", "file", "/proc/self/fd/3", "/proc/self/fd/0"] {
        let answer =
            toolbox.post_json("/process/execute", json!({"command": "pwd", "cwd": cwd})).await.json();
        assert_eq!(answer["exitCode"], -1, "{answer}");
        let result = answer["result"].as_str().expect("text");
        assert!(result.contains(cwd) && !result.contains("os error"), "{answer}");
        assert_eq!(answer["stdout"], "");
        assert_eq!(answer["stderr"], result);
    }
    let huge = json!({"command": "true", "envs": {"X": "x".repeat(1 << 20)}});
    let answer = toolbox.post_json("/process/execute", huge).await.json();
    assert_eq!(answer["exitCode"], -1);
    assert!(answer["result"].as_str().is_some_and(|text| text.contains("too long")), "{answer}");
}

#[tokio::test]
async fn a_command_may_be_longer_than_an_argument() {
    let temp = tempfile::tempdir().expect("a folder");
    let toolbox = Toolbox::start_with(|command| command.env("TMPDIR", temp.path())).await;
    let long = format!("# {}\ncat; echo $0 | grep -c daytona-command", "x".repeat(300_000));
    assert_eq!(toolbox.output(&long).await, "1\n");
    assert_eq!(std::fs::read_dir(temp.path()).expect("a folder").count(), 0, "the script is removed");
}

#[tokio::test]
async fn a_deadline_kills_the_whole_session() {
    let toolbox = Toolbox::start().await;
    // `timeout` moves to a process group of its own, where a kill of the group does not reach.
    let command = "echo $$ > pids; sleep 1000 & echo $! >> pids; \
                   timeout 1000 sh -c 'echo $$ >> pids; sleep 1000; true' & sleep 1000 | sleep 1000";
    let answer =
        in_time(toolbox.post_json("/process/execute", json!({"command": command, "timeout": 1}))).await;
    let message = answer.error(408, "PROCESS_EXECUTION_TIMEOUT");
    assert!(message.contains("1 s"), "{message}");
    let pids = std::fs::read_to_string(toolbox.dir.join("pids")).expect("pids");
    assert_eq!(pids.lines().count(), 3);
    for pid in pids.lines() {
        eventually("a process of the session is gone", async || !alive(pid)).await;
    }
}

#[tokio::test]
async fn a_client_who_goes_away_takes_the_command_along() {
    let toolbox = Toolbox::start().await;
    let mut stream = UnixStream::connect(&toolbox.socket).await.expect("a connection");
    let body =
        json!({"command": "trap '' TERM HUP; sleep 1000 & echo $! > child; echo $$ > pid; wait"}).to_string();
    let request =
        format!("POST /process/execute HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.expect("a request");
    let pid = toolbox.dir.join("pid");
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap_or_default();
    eventually("the command runs", async || read(&pid).ends_with('\n')).await;
    let (pid, child) = (read(&pid), read(&toolbox.dir.join("child")));
    assert!(alive(&pid) && alive(&child));
    drop(stream);
    eventually("the command is gone", async || !alive(&pid) && !alive(&child)).await;
}

#[tokio::test]
async fn background_processes_do_not_hold_the_answer_and_live_on() {
    let toolbox = Toolbox::start().await;
    // It writes to the pipe of an answered request; that must neither block nor kill it.
    let command = "sh -c 'while [ ! -e stop ]; do echo still here; sleep 0.05; done; touch done' & echo $!";
    let answer = in_time(toolbox.execute(command)).await;
    // Either of the two may come first.
    let mut lines = answer["stdout"].as_str().expect("text").lines();
    let pid = lines.find(|line| *line != "still here").expect("a pid");
    assert!(alive(pid), "{answer}");
    toolbox.output("touch stop").await;
    eventually("it ends by itself", async || toolbox.names().contains(&"done".to_owned())).await;

    let quick = in_time(toolbox.execute("sleep 1000 >/dev/null 2>&1 & echo $!")).await;
    let pid = quick["stdout"].as_str().expect("a pid").trim();
    assert!(alive(pid));
    toolbox.output(&format!("kill {pid}")).await;

    let late = toolbox.execute("(sleep 0.1; echo late) & echo first").await;
    assert_eq!(late["stdout"], "first\nlate\n", "what comes soon after the end still belongs to it");
}

#[tokio::test]
async fn many_at_once() {
    let toolbox = Toolbox::start().await;
    let commands: Vec<String> = (0..40).map(|i| format!("sleep 0.05; echo {i}; exit {i}")).collect();
    let answers = futures::future::join_all(commands.iter().map(|command| toolbox.execute(command))).await;
    for (i, answer) in answers.iter().enumerate() {
        assert_eq!(
            *answer,
            json!({"exitCode": i, "result": format!("{i}\n"), "stdout": format!("{i}\n"), "stderr": ""})
        );
    }
}

#[tokio::test]
async fn commands_beyond_the_limit_of_processes_take_turns() {
    if !rustix::process::getuid().is_root() {
        eprintln!("skipped: the limit counts all processes of a user, so it takes root to be one of its own");
        return;
    }
    // Nobody else's, and not bound by a limit when it is root's.
    let user = 1_000_000 + std::process::id();
    let toolbox = Toolbox::start_with(|command| {
        command.uid(user).gid(user);
        // SAFETY: setrlimit is async-signal-safe and allocates nothing.
        unsafe {
            command.pre_exec(|| {
                let limit = rustix::process::Rlimit { current: Some(40), maximum: Some(40) };
                rustix::process::setrlimit(rustix::process::Resource::Nproc, limit).map_err(Into::into)
            })
        }
    })
    .await;
    let numbers = 0..200;
    let commands: Vec<_> =
        numbers.clone().map(|number| format!("read x < /proc/uptime; echo {number}")).collect();
    let answers = futures::future::join_all(commands.iter().map(|command| toolbox.execute(command))).await;
    let said: Vec<_> = answers.iter().map(|answer| answer["stdout"].as_str().expect("text")).collect();
    assert_eq!(said, numbers.map(|number| format!("{number}\n")).collect::<Vec<_>>());

    // Who finds no room until its deadline is told as much, and nothing of it runs.
    let fill = "exec python3 -c '
import os, time
try:
    while os.fork(): pass
except BlockingIOError:
    open(\"full\", \"w\").close()
time.sleep(600)'";
    let (filling, waiting) = (toolbox.execute(fill), async {
        eventually("it is full", async || toolbox.names().contains(&"full".to_owned())).await;
        toolbox.post_json("/process/execute", json!({"command": ": > ran", "timeout": 1})).await
    });
    let answer = tokio::select! {
        _ = filling => panic!("it does not end"),
        answer = waiting => answer,
    };
    answer.error(408, "PROCESS_EXECUTION_TIMEOUT");
    assert!(!toolbox.names().contains(&"ran".to_owned()));
}
