//! The small routes, the command line, and what every answer has in common.

use crate::harness::{BINARY, Toolbox};
use hyper::Request;
use serde_json::json;
use std::process::Command;

#[tokio::test]
async fn folders_version_and_health() {
    let toolbox = Toolbox::start_with(|command| command.env("HOME", "/some/home")).await;
    assert_eq!(toolbox.get("/user-home-dir").await.json(), json!({"dir": "/some/home"}));
    let work = json!({"dir": toolbox.dir.to_str().expect("text")});
    assert_eq!(toolbox.get("/work-dir").await.json(), work);
    assert_eq!(toolbox.get("/project-dir").await.json(), work);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(toolbox.get("/version").await.json(), json!({"version": version}));
    assert_eq!(toolbox.get("/health").await.json(), json!({"status": "ok", "version": version}));
}

#[tokio::test]
async fn home_comes_from_passwd_when_the_environment_has_none() {
    let toolbox = Toolbox::start_with(|command| command.env_remove("HOME")).await;
    let expected = toolbox.output("getent passwd $(id -u) | cut -d: -f6").await;
    assert_eq!(toolbox.get("/user-home-dir").await.json()["dir"], expected.trim());
}

#[tokio::test]
async fn init_takes_a_token_and_says_so() {
    let toolbox = Toolbox::start().await;
    let answer = toolbox.post_json("/init", json!({"token": "secret"})).await;
    assert_eq!(answer.json()["message"], "Auth token set and telemetry initialized successfully");
    toolbox.post_json("/init", json!({})).await.error(400, "INVALID_REQUEST_BODY");
}

#[tokio::test]
async fn env_changes_later_processes() {
    let toolbox =
        Toolbox::start_with(|command| command.env("OLD", "dtn_1").env("KEPT", "dtn_2").env("GONE", "x"))
            .await;
    let change =
        json!({"unsetValuePrefix": "dtn_", "unset": ["GONE"], "set": {"NEW": "a b", "KEPT": "dtn_3"}});
    assert_eq!(toolbox.post_json("/env", change).await.status, 200);
    assert_eq!(toolbox.output("echo \"$OLD|$KEPT|$GONE|$NEW\"").await, "|dtn_3||a b\n");

    let refused = toolbox.post_json("/env", json!({"unset": ["NEW"], "set": {"1x": ""}})).await;
    assert!(refused.error(400, "BAD_REQUEST").contains("'1x'"));
    assert_eq!(toolbox.output("echo $NEW").await, "a b\n", "a refused change changes nothing");
}

#[tokio::test]
async fn unknown_routes_and_methods_say_what_they_are() {
    let toolbox = Toolbox::start().await;
    assert!(toolbox.get("/no/such").await.error(404, "NOT_FOUND").contains("/no/such"));
    let answer = toolbox.get("/process/execute").await;
    assert!(answer.error(405, "BAD_REQUEST").contains("GET"));
    let body = answer.json();
    assert_eq!((body["path"].as_str(), body["method"].as_str()), (Some("/process/execute"), Some("GET")));
    let put = Request::put("/health").header("host", "x").body(Default::default()).expect("a request");
    toolbox.send(put).await.error(405, "BAD_REQUEST");
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_why() {
    let cases: [(&[&str], &str); 8] = [
        (&[], "say where to listen"),
        (&["--listen-fd", "x"], "from 3"),
        (&["--listen-fd", "2"], "from 3"),
        (&["--listen-fd", "97"], "descriptor 97"),
        (&["--listen", "/no/such/folder/socket"], "/no/such/folder/socket"),
        (&["--listen", "/tmp/x", "--listen-fd", "3"], "one of"),
        (&["--workdir", "relative"], "absolute"),
        (&["--bogus"], "--bogus"),
    ];
    for (args, expected) in cases {
        let output = Command::new(BINARY).args(args).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(expected), "{args:?}: {said}");
    }
    let version = Command::new(BINARY).arg("--version").output().expect("it runs");
    assert_eq!(version.stdout, format!("daytona-toolbox {}\n", env!("CARGO_PKG_VERSION")).as_bytes());
    let help = Command::new(BINARY).arg("--help").output().expect("it runs");
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("--listen-fd"));
}
