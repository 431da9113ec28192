//! Proxy variables are the process's, so each test here runs as a process of its own.

use crate::support::{FaultServer, Reply, client, client_of};
use serde_json::json;
use std::process::Command;

/// Whether this process was started by `in_a_process`.
const MARK: &str = "DAYTONA_TEST_PROXIED";

/// Runs one test again with these variables; its outcome is this one's.
async fn in_a_process(test: &str, vars: &[(&str, String)]) {
    let mut again = Command::new(std::env::current_exe().expect("this test"));
    for name in [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
    ] {
        again.env_remove(name);
    }
    again.args([&format!("proxies::{test}"), "--exact", "--nocapture"]).env(MARK, "1");
    again.envs(vars.iter().map(|(name, value)| (*name, value.clone())));
    let done = tokio::task::spawn_blocking(move || again.output().expect("runs")).await.expect("ends");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

fn is_the_process() -> bool {
    std::env::var_os(MARK).is_some()
}

async fn proxy() -> FaultServer {
    FaultServer::start(|_, _| Reply::json(200, &json!({"id": "box", "state": "started"}))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_used_for_other_machines() {
    if is_the_process() {
        client_of("http://api.invalid/api").get("box").await.expect("through the proxy");
        return;
    }
    let proxy = proxy().await;
    let vars = [("http_proxy", format!("http://{}", proxy.address()))];
    in_a_process("a_proxy_is_used_for_other_machines", &vars).await;
    assert_eq!(proxy.lines(), ["GET http://api.invalid/api/sandbox/box"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn exceptions_from_the_proxy_are_kept() {
    if is_the_process() {
        client_of("http://api.invalid/api").get("box").await.expect_err("no such host");
        return;
    }
    let proxy = proxy().await;
    let vars = [
        ("http_proxy", format!("http://{}", proxy.address())),
        ("no_proxy", "other.invalid,api.invalid".into()),
    ];
    in_a_process("exceptions_from_the_proxy_are_kept", &vars).await;
    assert!(proxy.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_never_reached_through_a_proxy() {
    if is_the_process() {
        let server = proxy().await;
        client(&server).get("box").await.expect("directly");
        assert_eq!(server.lines(), ["GET /api/sandbox/box"]);
        return;
    }
    let proxy = proxy().await;
    let address = format!("http://{}", proxy.address());
    in_a_process(
        "this_machine_is_never_reached_through_a_proxy",
        &[("http_proxy", address.clone()), ("all_proxy", address)],
    )
    .await;
    assert!(proxy.seen().is_empty());
}
