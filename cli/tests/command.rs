//! The `daytona` command as a person or a script meets it, without a server: exit codes, streams, messages.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;

/// The command in an empty machine: no settings, a home and state folder of its own.
fn daytona(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daytona"));
    command.env_clear().env("HOME", home).env("PATH", "/usr/bin:/bin").current_dir(home).stdin(Stdio::null());
    // pip, which is found without PATH, has nothing to install from: no test here needs the network.
    command.env("PIP_NO_INDEX", "1");
    command
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("tempdir")
}

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn the_version_is_the_packages() {
    let (code, out, _) = run(daytona(home().path()).arg("--version"));
    assert_eq!((code, out.as_str()), (Some(0), concat!("daytona ", env!("CARGO_PKG_VERSION"), "\n")));
}

#[test]
fn mistakes_in_what_was_typed_exit_with_2() {
    for args in [&["bogus"][..], &["create", "--env", "novalue"], &["serve", "--port", "x"], &["delete"]] {
        let (code, out, err) = run(daytona(home().path()).args(args));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?}");
        assert!(err.starts_with("error: "), "{err}");
    }
}

#[test]
fn with_nothing_configured_both_ways_out_are_named() {
    for args in
        [&["list"][..], &["create"], &["exec", "box", "true"], &["delete", "box"], &["run", "/dev/null"]]
    {
        let (code, out, err) = run(daytona(home().path()).args(args));
        assert_eq!((code, out.as_str()), (Some(1), ""), "{args:?}");
        assert!(err.starts_with("error: Failed to "), "{err}");
        assert!(err.contains("DAYTONA_API_KEY") && err.contains("DAYTONA_TARGET=local"), "{err}");
    }
}

#[test]
fn a_create_that_times_out_says_so_at_once_and_leaves_no_sandbox() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/api", listener.local_addr().expect("an address"));
    let (late, waiting) = mpsc::channel();
    let server = std::thread::spawn(move || {
        let mut seen = Vec::new();
        // The connection of the create, then the one of the removal: answered, it is closed.
        while seen.len() < 2 {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut line = String::new();
            let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
            reader.read_line(&mut line).expect("a request");
            let mut head = String::new();
            while reader.read_line(&mut head).expect("a head") > 2 {}
            if line.starts_with("POST") {
                // Only now does the server answer; the command has nothing left to do but to end.
                waiting.recv().expect("the command says so");
            }
            seen.push(line.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
            let body = "{\"id\": \"one\", \"state\": \"started\"}";
            let answer = format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).expect("answered");
        }
        seen
    });
    let home = home();
    let mut command = daytona(home.path());
    command.env("DAYTONA_API_KEY", "k").env("DAYTONA_API_URL", &url);
    let mut child =
        command.args(["create", "--timeout", "0.5"]).stderr(Stdio::piped()).spawn().expect("starts");
    let mut said = String::new();
    BufReader::new(child.stderr.take().expect("a pipe")).read_line(&mut said).expect("a line");
    assert!(said.starts_with("error: ") && said.contains("timeout of 0.5 s"), "{said}");
    late.send(()).expect("the server waits");
    assert_eq!(child.wait().expect("ends").code(), Some(1));
    assert_eq!(server.join().expect("no panic"), ["POST /api/sandbox", "DELETE /api/sandbox/one"]);
}

#[test]
fn a_negative_timeout_is_refused_before_anything_happens() {
    let (code, _, err) = run(daytona(home().path()).args(["exec", "--timeout=-1", "box", "true"]));
    assert_eq!(code, Some(1));
    assert!(err.contains("non-negative"), "{err}");
}

#[test]
fn warnings_go_to_stderr() {
    let home = home();
    let vars = [("DAYTONA_API_KEY", "key"), ("DAYTONA_SERVER_URL", "http://127.0.0.1:1/api")];
    let (code, out, err) = run(daytona(home.path()).arg("list").envs(vars));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.starts_with("warning: DAYTONA_SERVER_URL is deprecated"), "{err}");
    assert!(err.contains("\nerror: Failed to list sandboxes: nothing listens on"), "{err}");
}

/// Sandboxes of one machine lack the same, and it is said once.
#[cfg(target_os = "linux")]
#[test]
fn status_tells_what_the_machine_cannot_enforce() {
    let home = home();
    let sandboxes = home.path().join("data/sandboxes");
    for (id, warnings) in
        [("a", r#"["no disk limit: no loop devices"]"#), ("b", r#"["no disk limit: no loop devices", "x"]"#)]
    {
        fs::create_dir_all(sandboxes.join(id)).expect("made");
        let report = format!("{{\"enforced\": [\"pids\"], \"warnings\": {warnings}}}");
        fs::write(sandboxes.join(id).join("report.json"), report).expect("written");
    }
    let data = home.path().join("data");
    let (_, _, err) = run(daytona(home.path()).args(["status", "--data-dir"]).arg(&data));
    assert_eq!(err, "warning: no disk limit: no loop devices\nwarning: x\n");
    let (_, out, err) = run(daytona(home.path()).args(["status", "--json", "--data-dir"]).arg(&data));
    let status: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        (&status["warnings"], err.as_str()),
        (&serde_json::json!(["no disk limit: no loop devices", "x"]), "")
    );
}

#[test]
fn status_and_stop_without_a_server() {
    let home = home();
    let (code, out, _) = run(daytona(home.path()).arg("status"));
    assert_eq!(code, Some(1));
    assert!(out.starts_with("No local server runs on "), "{out}");
    let (code, out, _) = run(daytona(home.path()).args(["status", "--json"]));
    assert_eq!(code, Some(1));
    let status: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(status["running"], false);
    assert_eq!(status["warnings"], serde_json::json!([]));
    for args in [&["stop"][..], &["stop", "--all"]] {
        let (code, out, _) = run(daytona(home.path()).args(args));
        assert_eq!(code, Some(0), "{out}");
    }
    assert!(!home.path().join(".local").exists(), "looking must not leave anything");
}

#[test]
fn stop_does_not_end_a_stranger() {
    let home = home();
    let mut stranger = Command::new("sleep").arg("600").spawn().expect("spawns");
    let file = serde_json::json!({"pid": stranger.id(), "url": "http://127.0.0.1:1/api", "version": "1"});
    let path = home.path().join("server.json");
    fs::write(&path, file.to_string()).expect("writes");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("chmod");
    fs::write(home.path().join("server.lock"), "").expect("writes");
    let (code, out, _) = run(daytona(home.path()).args(["stop", "--data-dir", "."]));
    let alive = stranger.try_wait().expect("waits").is_none();
    stranger.kill().expect("kills");
    stranger.wait().expect("ends");
    assert_eq!(code, Some(0));
    assert!(out.starts_with("No local server runs on "), "{out}");
    assert!(alive);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let home = home();
    let mut child =
        daytona(home.path()).args(["completion", "bash"]).stdout(Stdio::piped()).spawn().expect("spawns");
    drop(child.stdout.take());
    assert!(child.wait().expect("ends").success());
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, out, _) = run(daytona(home().path()).args(["completion", shell]));
        assert_eq!(code, Some(0));
        for word in ["serve", "doctor", "--data-dir"] {
            assert!(out.contains(word.trim_start_matches('-')), "{shell} does not know {word}");
        }
    }
}

/// A machine whose npm does what the script says; `$3` is the folder it installs into.
fn with_npm(home: &Path, script: &str) -> Command {
    let bin = home.join("bin");
    fs::create_dir_all(&bin).expect("mkdir");
    // Another process writes it: a fork in another test would hold it open, and it could not be executed.
    let text = format!("#!/bin/sh\necho \"$*\" >> {}\n{script}\n", home.join("calls").display());
    let write = "printf '%s' \"$1\" > \"$0\" && chmod 755 \"$0\"";
    let wrote =
        Command::new("sh").arg("-c").arg(write).arg(bin.join("npm")).arg(text).status().expect("runs");
    assert!(wrote.success());
    let mut command = daytona(home);
    command.env("PATH", format!("{}:/usr/bin:/bin", bin.display())).arg("setup");
    command
}

const INSTALL: &str = "mkdir -p \"$3/node_modules/.bin\" && echo tsx > \"$3/node_modules/.bin/tsx\"";

/// Names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("lists");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The whole layer takes the network; tests/system installs it. Here pip finds no package.
#[test]
fn setup_keeps_the_parts_that_are_done_and_names_those_that_are_not() {
    let home = home();
    let data = home.path().join(".local/share/daytona");
    let tools = data.join("tools");
    // What an interrupted run leaves.
    fs::create_dir_all(tools.join(".node.new/half")).expect("mkdir");
    fs::create_dir_all(tools.join("python/of an older version")).expect("mkdir");
    for round in 1..=2 {
        let (code, out, err) = run(&mut with_npm(home.path(), INSTALL));
        assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
        assert_eq!(err.matches("installing TypeScript runner").count(), usize::from(round == 1), "{err}");
        for part in ["Python packages", "Python language server"] {
            assert!(err.contains(&format!("{part} could not be installed\nerror: ")), "{err}");
        }
        assert!(err.contains(" lacks: Python packages, Python language server\nhint: "), "{err}");
        assert_eq!(names(&tools), ["node", "python"], "what was there stays, nothing is left aside");
        assert!(tools.join("node/node_modules/.bin/tsx").exists());
        assert!(tools.join("python/of an older version").exists());
    }
    assert_eq!(fs::read_to_string(home.path().join("calls")).expect("called").lines().count(), 1);
    assert_eq!(names(&data), ["tools", "tools.lock"]);
    // The data folder was made by this test.
    assert_eq!(fs::metadata(tools.join("node")).expect("there").permissions().mode() & 0o777, 0o755);
}

#[test]
fn a_part_that_fails_says_why_and_leaves_nothing() {
    let home = home();
    let script = format!("{INSTALL}; echo 'npm error: registry unreachable' >&2; exit 1");
    let (code, out, err) = run(&mut with_npm(home.path(), &script));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("registry unreachable") && err.contains("\nhint: check the network"), "{err}");
    let data = home.path().join(".local/share/daytona");
    assert_eq!(names(&data.join("tools")), [""; 0]);
    assert_eq!(fs::metadata(&data).expect("there").permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(data.join("tools")).expect("there").permissions().mode() & 0o777, 0o755);
}

#[test]
fn setup_without_npm_says_how_to_get_it() {
    let home = home();
    let (code, _, err) = run(daytona(home.path()).arg("setup").env("PATH", home.path()));
    assert_eq!(code, Some(1));
    assert!(err.contains("npm was not found") && err.contains("apt-get install"), "{err}");
}

#[test]
fn a_shared_tools_folder_is_one_folder_wherever_it_is_named() {
    let home = home();
    let shared = home.path().join("shared/tools");
    let mut command = with_npm(home.path(), INSTALL);
    run(command.env("DAYTONA_TOOLS_DIR", &shared));
    assert_eq!(names(&shared), ["node"]);
    assert!(!home.path().join(".local").exists(), "the state folder is not touched");
    for args in [&["setup", "--tools-dir", "tools"][..], &["serve", "--tools-dir", "tools"]] {
        let (code, _, err) = run(daytona(home.path()).args(args));
        assert_eq!(code, Some(1));
        assert!(err.contains("must be an absolute path"), "{err}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_detached_server_that_cannot_start_says_why() {
    let home = home();
    // A copy of the command alone: the programs it hands to sandboxes are missing beside it.
    let alone = home.path().join("daytona");
    // By another process: a fork in another test would hold it open, and it could not be executed.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_daytona")).arg(&alone).status().expect("runs");
    assert!(copied.success());
    let mut command = Command::new(&alone);
    command.env_clear().env("HOME", home.path()).args(["serve", "--detach", "--port", "0"]);
    let (code, out, err) = run(&mut command);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("daytona-launcher is missing") && err.contains("server.log"), "{err}");
}

#[test]
fn delete_waits_for_a_change_that_is_under_way() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/api", listener.local_addr().expect("an address"));
    let server = std::thread::spawn(move || {
        let one = "{\"id\": \"one\", \"state\": \"stopping\"}";
        let busy = "{\"message\": \"Sandbox state change in progress\"}";
        let answers =
            [(200, one), (409, busy), (409, busy), (200, "{\"id\": \"one\", \"state\": \"destroyed\"}")];
        answers.map(|(status, body)| {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
            let (mut line, mut head) = (String::new(), String::new());
            reader.read_line(&mut line).expect("a request");
            while reader.read_line(&mut head).expect("a head") > 2 {}
            let answer = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).expect("answered");
            line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
        })
    });
    let home = home();
    let (code, _, err) = run(daytona(home.path())
        .args(["delete", "one"])
        .env("DAYTONA_API_URL", url)
        .env("DAYTONA_API_KEY", "dtn_x"));
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let delete = "DELETE /api/sandbox/one";
    assert_eq!(server.join().expect("served"), ["GET /api/sandbox/one", delete, delete, delete]);
}
