//! A create that is sent twice makes one sandbox.

use crate::support::{Caller, Reply, Server, no_image, options, until};
use axum::body::Body;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;

async fn create(caller: &Caller, key: &str, body: Value) -> Reply {
    let request = caller.request("POST", "/api/sandbox").header("idempotency-key", key);
    caller.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_at_once_get_one_sandbox() {
    for pool in [0, 2] {
        let (server, engine) = Server::fake_with(|options| options.warm_pool = Some(pool)).await;
        server.wait_for_warm(pool as u64).await;
        *engine.slowness.lock().unwrap() = Duration::from_millis(50);
        let calls = (0..50).map(|_| {
            let caller = server.caller.clone();
            tokio::spawn(async move { create(&caller, "one", json!({"labels": {"a": "b"}})).await.ok() })
        });
        let mut ids = Vec::new();
        for call in calls.collect::<Vec<_>>() {
            let made = call.await.unwrap();
            assert_eq!(made["state"], "started");
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1, "{ids:?}");
        let listed = server.get("/api/sandbox").await.ok();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        // Another key, or another holder of the same key: another sandbox.
        let other = create(&server, "two", json!({})).await.ok();
        assert_ne!(other["id"], ids[0].as_str());
        let key = json!({"name": "k", "permissions": ["write:sandboxes"]});
        let key = server.post("/api/api-keys", key).await.text("value");
        let theirs = create(&server.with_key(&key), "one", json!({"labels": {"a": "b"}})).await.ok();
        assert_ne!(theirs["id"], ids[0].as_str());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_stands_for_one_request() {
    let (server, engine) = Server::fake().await;
    let made = create(&server, "k", json!({"name": "a"})).await.ok();
    create(&server, "k", json!({"name": "b"})).await.fails(409, "different request");
    assert_eq!(create(&server, "k", json!({"name": "a"})).await.ok()["id"], made["id"]);
    assert_eq!(engine.starts.load(Ordering::SeqCst), 1);
    for bad in ["", &"k".repeat(256)] {
        create(&server, bad, json!({})).await.fails(400, "Idempotency-Key");
    }
    let id = made["id"].as_str().unwrap();
    server.delete(&format!("/api/sandbox/{id}")).await.ok();
    server.wait_for(id, "gone").await;
    create(&server, "k", json!({"name": "a"})).await.fails(409, "has been deleted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_create_can_be_repeated_under_its_key() {
    let (server, engine) = Server::fake().await;
    engine.refuse_start.store(true, Ordering::SeqCst);
    create(&server, "k", json!({})).await.fails(400, "Sandbox failed to start");
    assert_eq!(engine.count(), 0);
    assert_eq!(server.get("/api/sandbox").await.ok()["items"], json!([]));
    engine.refuse_start.store(false, Ordering::SeqCst);
    create(&server, "k", json!({})).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_remembered_across_a_restart() {
    let (server, engine) = Server::fake().await;
    let made = create(&server, "k", json!({})).await.ok();
    let dir = server.dir.clone();
    let _owned = server.stop().await;
    let server = Server::start(options(&dir), engine.clone(), no_image()).await.unwrap();
    assert_eq!(create(&server, "k", json!({})).await.ok()["id"], made["id"]);
    assert_eq!(engine.starts.load(Ordering::SeqCst), 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_away_leaves_a_whole_sandbox_behind_its_key() {
    let (server, engine) = Server::fake().await;
    *engine.slowness.lock().unwrap() = Duration::from_secs(1);
    tokio::select! {
        reply = create(&server, "k", json!({})) => panic!("it was not slow: {}", reply.status),
        () = until("it is being made", async || engine.count() == 1) => {}
    }
    let made = create(&server, "k", json!({})).await.ok();
    assert_eq!(made["state"], "started");
    assert_eq!(engine.starts.load(Ordering::SeqCst), 1);
}
