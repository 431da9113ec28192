//! What is secret is in no line of a server's log, however much it logs, and in nobody's arguments.

use crate::crash::{ChildServer, DataDir};
use crate::preview::Link;
use crate::support::until;
use axum::body::Body;
use serde_json::json;

/// Arguments of every process of this machine, as any user sees them.
fn process_list() -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        all.push_str(&String::from_utf8_lossy(&line).replace('\0', " "));
        all.push('\n');
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_secret_is_logged_or_listed() {
    let data = DataDir::new();
    let server = ChildServer::start_logging(&data.path(), 1, "trace").await;
    let caller = &server.caller;
    let value = "env-value-5ec2e7";
    caller.wait_for_warm(1).await;
    // A warm one gets its environment in a request, a cold one in its specification.
    let warm = caller.create(json!({"env": {"TOKEN": value}})).await;
    let cold = caller.create(json!({"id": "cold", "env": {"TOKEN": value}})).await;
    let made = caller.post("/api/api-keys", json!({"name": "k", "permissions": ["write:sandboxes"]})).await;
    let key = made.text("value");
    let link = Link::of(caller, &warm, 3000).await;
    let toolbox = caller.get(&format!("/api/sandbox/{cold}/ports/1/preview-url")).await.ok();
    let toolbox = toolbox["token"].as_str().unwrap().to_owned();
    let signed =
        caller.get(&format!("/api/sandbox/{warm}/ports/3000/signed-preview-url")).await.text("token");
    for secret in [&caller.key, &key, &link.token, &toolbox, &signed] {
        assert!(secret.len() >= 64, "{secret:?} is no secret");
    }
    let mut listed = process_list();
    for id in [&warm, &cold] {
        // The value is put together here, lest the arguments of this very command are found.
        let command = json!({"command": "test \"$TOKEN\" = env-value-\"5ec2e7\""});
        let path = format!("/toolbox/{id}/process/execute");
        assert_eq!(caller.with_key(&key).post(&path, command).await.ok()["exitCode"], 0);
        listed += &process_list();
    }
    // Good and bad, in every place a secret may stand.
    let nobody = caller.with_key("");
    for secret in [&caller.key, &key, &link.token, &toolbox, &signed] {
        for request in [
            nobody.request("GET", &format!("/toolbox/{cold}/files?DAYTONA_SANDBOX_AUTH_KEY={secret}")),
            nobody.request("GET", "/api/sandbox").header("authorization", format!("Bearer {secret}")),
            nobody
                .request("GET", &format!("/toolbox/{cold}/files"))
                .header("x-daytona-preview-token", secret),
            nobody.request("GET", &format!("/api/sandbox?labels={secret}")),
            link.request("GET", &format!("/?DAYTONA_SANDBOX_AUTH_KEY={secret}"))
                .header("accept", "text/html"),
            link.request("GET", "/").header("cookie", format!("daytona-preview={secret}")),
        ] {
            drop(nobody.try_send(request.body(Body::empty()).unwrap()).await);
        }
    }
    let expire = format!("/api/sandbox/{warm}/ports/3000/signed-preview-url/{signed}/expire");
    assert_eq!(caller.post(&expire, json!({})).await.status, 200);
    for id in [&warm, &cold] {
        caller.delete(&format!("/api/sandbox/{id}")).await.ok();
        until("it is gone", async || caller.state(id).await == "gone").await;
    }
    let local = caller.key.clone();
    server.terminate();
    let log = std::fs::read_to_string(data.path().with_extension("log")).unwrap();
    assert!(log.contains("TRACE") && log.lines().count() > 100, "the log is not what it should be: {log}");
    for secret in [&local, &key, &link.token, &toolbox, &signed] {
        let digits = &secret[secret.len() - 40..];
        let line = log.lines().find(|line| line.contains(digits));
        assert!(line.is_none(), "logged: {}", line.unwrap_or_default());
        assert!(!listed.contains(digits), "a secret is in the process list");
    }
    let line = log.lines().find(|line| line.contains(value));
    assert!(line.is_none(), "logged: {}", line.unwrap_or_default());
    assert!(!listed.contains(value), "a variable's value is in the process list");
}
