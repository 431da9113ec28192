//! The routes of the 0.14 clients, in front of the engine's stand-in. `tests/official` asks them with the client
//! itself.

use crate::support::Server;
use axum::body::Body;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_is_a_sandbox_in_other_words() {
    let (server, _engine) = Server::fake().await;
    let request = json!({
        "id": "ours", "image": "", "user": "daytona", "target": "eu", "class": "small", "env": {"A": "b"},
        "labels": {"l": "x"}, "public": true, "cpu": 1, "memory": 1, "disk": 1, "autoStopInterval": 5,
    });
    let made = server.post("/api/workspace", request).await.ok();
    assert_eq!(
        (&made["id"], &made["name"], &made["image"]),
        (&json!("ours"), &json!("ours"), &json!("host"))
    );
    assert_eq!((&made["state"], &made["target"]), (&json!("started"), &json!("us")));
    assert_eq!((&made["env"]["A"], &made["public"]), (&json!("b"), &json!(true)));
    assert_eq!(made["autoStopInterval"], 5);
    let metadata: Value = serde_json::from_str(made["info"]["providerMetadata"].as_str().unwrap()).unwrap();
    assert_eq!((&metadata["state"], &metadata["class"]), (&json!("started"), &json!("small")));

    assert_eq!(server.get("/api/sandbox/ours").await.ok()["labels"]["l"], "x");
    let labels = server.put("/api/workspace/ours/labels", json!({"labels": {"m": "y"}})).await.ok();
    assert_eq!(labels, json!({"labels": {"m": "y"}}));
    assert_eq!(server.post("/api/workspace/ours/autostop/0", json!({})).await.status, 201);
    assert_eq!(server.post("/api/workspace/ours/public/false", json!({})).await.status, 201);
    let now = server.get("/api/workspace/ours").await.ok();
    assert_eq!((&now["autoStopInterval"], &now["public"]), (&json!(0), &json!(false)));

    assert_eq!(server.post("/api/workspace/ours/stop", json!({})).await.status, 200);
    server.wait_for("ours", "stopped").await;
    server.post("/api/workspace/ours/archive", json!({})).await.fails(400, "cannot be archived");
    assert_eq!(server.post("/api/workspace/ours/start", json!({})).await.status, 200);
    assert_eq!(server.get("/api/workspace/ours").await.text("state"), "started");
    assert_eq!(server.delete("/api/workspace/ours?force=true").await.status, 200);
    server.wait_for("ours", "gone").await;
    server.get("/api/workspace/ours").await.fails(404, "ours not found");
    server.post("/api/workspace", json!({"target": "mars"})).await.fails(400, "Region not found");
}

/// Those clients know no pages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_holds_all_that_have_the_labels() {
    let (server, _engine) = Server::fake().await;
    for number in 0..205 {
        let label = if number % 2 == 0 { "even" } else { "odd" };
        server.create(json!({"labels": {"kind": label}})).await;
    }
    let count = async |path: &str| server.get(path).await.ok().as_array().unwrap().len();
    assert_eq!(count("/api/workspace").await, 205);
    assert_eq!(count("/api/workspace?verbose=true&labels=%7B%22kind%22%3A%22even%22%7D").await, 103);
    server.get("/api/workspace?labels=x").await.fails(400, "Invalid labels JSON format");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_toolbox_has_its_older_address_too() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let base = format!("/api/toolbox/{id}/toolbox");
    let reply = server.get(&format!("{base}/uri/a%2Fb%20c//d?path=%2Ftmp&a=1&a=2")).await;
    assert_eq!(reply.bytes, b"/uri/a%2Fb%20c//d?path=%2Ftmp&a=1&a=2");
    let seen = server.get(&format!("{base}/headers")).await.ok();
    assert!(seen.get("authorization").is_none(), "{seen}");
    // Larger than what the control plane itself would take.
    let body = vec![b'x'; 3 << 20];
    let request = server.request("POST", &format!("{base}/echo")).body(Body::from(body)).unwrap();
    assert_eq!(server.send(request).await.bytes.len(), 3 << 20);
    server.get("/api/toolbox/nobody/toolbox/files").await.fails(404, "nobody not found");
}

/// Today's clients offer to hear of changes over Socket.IO, and ask again and again where that is not there. They
/// send no key with that request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_wants_to_hear_of_changes_is_told_at_once_that_there_is_no_such_path() {
    let (server, _engine) = Server::fake().await;
    let path = "/api/socket.io/?transport=websocket&EIO=4";
    server.with_key("").get(path).await.fails(404, "There is nothing at this path");
}
