//! How sessions end: by their own `exit`, by deletion, with the toolbox.

use crate::harness::{Toolbox, alive, eventually, in_time, make_deep};
use crate::session::{begin, code, create, exec, log, run, with_session};
use serde_json::json;

/// Folders that sessions have left in the temporary folder.
fn folders(dir: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(dir).expect("the folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(".daytona-session-")).count()
}

#[tokio::test]
async fn exit_ends_the_session_and_is_answered() {
    for (command, expected) in [
        ("echo bye; exit 3", 3),
        ("set -e; false; true", 1),
        ("exec sh -c 'exit 4'", 4),
        ("kill -KILL $$", 137),
    ] {
        let toolbox = with_session().await;
        let waiting = begin(&toolbox, "while [ ! -e go ]; do sleep 0.01; done").await;
        let last = begin(&toolbox, command).await;
        let never = begin(&toolbox, "touch never").await;
        std::fs::write(toolbox.dir.join("go"), "").expect("a file");
        assert_eq!(code(&toolbox, &last).await, expected, "{command}");
        assert_eq!(code(&toolbox, &waiting).await, 0);
        assert_eq!(code(&toolbox, &never).await, -1);
        let log = log(&toolbox, &never).await;
        assert_eq!(log["stderr"], "not run: the session's shell has exited\n");
        assert!(!toolbox.dir.join("never").exists());
        let message = exec(&toolbox, "s", json!({"command": "true"})).await.error(410, "GONE");
        assert!(message.starts_with("gone: session process has exited"), "{message}");
        assert_eq!(toolbox.ask("DELETE", "/process/session/s").await.status, 204);
        assert_eq!(create(&toolbox, "s").await.status, 201);
    }
    let toolbox = with_session().await;
    let answer = in_time(run(&toolbox, "echo bye; exit 3")).await;
    assert_eq!((&answer["exitCode"], &answer["stdout"]), (&json!(3), &json!("bye\n")));
}

#[tokio::test]
async fn deletion_ends_all_and_answers_those_who_wait() {
    let temp = tempfile::tempdir().expect("a folder");
    let toolbox = Toolbox::start_with(|command| command.env("TMPDIR", temp.path())).await;
    assert_eq!(create(&toolbox, "s").await.status, 201);
    assert_eq!(folders(temp.path()), 1);
    let mode = std::os::unix::fs::PermissionsExt::mode;
    let folder = std::fs::read_dir(temp.path()).expect("the folder").next().expect("one").expect("an entry");
    assert_eq!(mode(&folder.metadata().expect("metadata").permissions()) & 0o777, 0o700);
    make_deep(&folder.path());
    // One stays polite, one leaves the session, one ignores the word.
    let command = "(trap 'touch polite; exit' TERM; touch ready1; while :; do sleep 0.01; done) & \
                   setsid sh -c 'touch ready2; exec sleep 1000' & echo $! > pids; echo $$ >> pids; sleep 1000 & echo $! >> pids; trap '' TERM; wait; wait; wait";
    let request = exec(&toolbox, "s", json!({"command": command}));
    let delete = async {
        let ready = |name: &str| toolbox.dir.join(name).exists();
        eventually("all run", async || {
            ready("ready1")
                && ready("ready2")
                && std::fs::read_to_string(toolbox.dir.join("pids"))
                    .is_ok_and(|pids| pids.lines().count() == 3)
        })
        .await;
        toolbox.ask("DELETE", "/process/session/s").await
    };
    let (answer, deleted) = in_time(futures::future::join(request, delete)).await;
    assert!(answer.error(500, "INTERNAL_SERVER_ERROR").starts_with("session cancelled"));
    assert_eq!((deleted.status.as_u16(), deleted.body.len()), (204, 0));
    for pid in std::fs::read_to_string(toolbox.dir.join("pids")).expect("pids").lines() {
        eventually("it is dead", async || !alive(pid)).await;
    }
    assert!(toolbox.dir.join("polite").exists(), "no one was asked before being killed");
    assert_eq!(folders(temp.path()), 0);
    toolbox.get("/process/session/s").await.error(404, "NOT_FOUND");
}

#[tokio::test]
async fn nothing_is_left_when_the_toolbox_ends() {
    let temp = tempfile::tempdir().expect("a folder");
    let toolbox = Toolbox::start_with(|command| command.env("TMPDIR", temp.path())).await;
    assert_eq!(create(&toolbox, "s").await.status, 201);
    begin(&toolbox, "echo $$ > pid; sleep 1000").await;
    let file = toolbox.dir.join("pid");
    eventually("it runs", async || std::fs::read_to_string(&file).is_ok_and(|pid| pid.ends_with('\n'))).await;
    let pid = std::fs::read_to_string(&file).expect("a pid");
    drop(toolbox);
    eventually("the shell is gone", async || !alive(&pid)).await;
    assert_eq!(folders(temp.path()), 0);
}

#[tokio::test]
async fn a_caller_who_leaves_ends_no_session() {
    let toolbox = with_session().await;
    {
        let request = exec(&toolbox, "s", json!({"command": "x=kept; touch begun; sleep 0.3; touch done"}));
        let begun = eventually("it runs", async || toolbox.dir.join("begun").exists());
        tokio::select! {
            _ = request => panic!("answered too early"),
            () = begun => {}
        }
    }
    assert_eq!(run(&toolbox, "ls done; echo $x").await["stdout"], "done\nkept\n");
}

#[tokio::test]
async fn many_sessions_at_once() {
    let toolbox = Toolbox::start().await;
    let work = (0..30).map(|i| {
        let toolbox = &toolbox;
        async move {
            let id = format!("session {i}");
            assert_eq!(create(toolbox, &id).await.status, 201);
            for j in 0..5 {
                let body = json!({"command": format!("n=$((n+{i})); echo $n; echo e{j} >&2")});
                let answer = exec(toolbox, &id, body).await.json();
                assert_eq!(answer["stdout"], format!("{}\n", i * (j + 1)));
                assert_eq!(answer["stderr"], format!("e{j}\n"));
            }
        }
    });
    in_time(futures::future::join_all(work)).await;
    assert_eq!(toolbox.get("/process/session").await.json().as_array().expect("a list").len(), 30);
}

#[tokio::test]
async fn two_creations_at_once_make_one_session() {
    let toolbox = Toolbox::start().await;
    let answers = in_time(futures::future::join_all((0..8).map(|_| create(&toolbox, "same")))).await;
    let mut codes: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [201, 409, 409, 409, 409, 409, 409, 409]);
}
