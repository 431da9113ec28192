//! Removing what is on its way, and taking back what was asked for by mistake.

use crate::support::{Server, until};
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_going_is_gone_for_who_deletes_it_again() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({"name": "n"})).await;
    let hold = engine.hold_destroy.lock().await;
    server.delete("/api/sandbox/n").await.ok();
    for path in
        ["/api/sandbox/n".to_owned(), format!("/api/sandbox/{id}"), format!("/api/workspace/{id}?force=true")]
    {
        server.delete(&path).await.fails(404, "not found");
    }
    assert_eq!(server.state(&id).await, "destroying");
    drop(hold);
    server.wait_for(&id, "gone").await;
}

/// The 0.14 clients delete what they did not get in time, and do so once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forced_delete_takes_what_is_still_being_made() {
    let (server, engine) = Server::fake().await;
    for force in ["true", "false"] {
        let hold = engine.hold_start.lock().await;
        let caller = server.caller.clone();
        let making = tokio::spawn(async move { caller.post("/api/workspace", json!({"id": "slow"})).await });
        until("it is being made", async || server.state("slow").await == "creating").await;
        let caller = server.caller.clone();
        let path = format!("/api/workspace/slow?force={force}");
        let mut deleting = tokio::spawn(async move { caller.delete(&path).await });
        if force == "false" {
            deleting.await.unwrap().fails(409, "state change in progress");
            drop(hold);
            making.await.unwrap().ok();
            assert_eq!(server.state("slow").await, "started");
        } else {
            // Not before it is made, and then at once.
            let early = tokio::time::timeout(Duration::from_millis(300), &mut deleting).await;
            assert!(early.is_err(), "answered before there was anything to delete: {early:?}");
            drop(hold);
            making.await.unwrap().ok();
            assert_eq!(deleting.await.unwrap().status, 200);
            server.wait_for("slow", "gone").await;
        }
    }
    server.delete("/api/sandbox/slow").await.ok();
    until("nothing is left", async || engine.count() == 0).await;
}

/// Its client is gone as soon as it has asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forced_delete_needs_nobody_to_wait_for_it() {
    let (server, engine) = Server::fake().await;
    let hold = engine.hold_start.lock().await;
    let caller = server.caller.clone();
    let making = tokio::spawn(async move { caller.post("/api/workspace", json!({"id": "slow"})).await });
    until("it is being made", async || server.state("slow").await == "creating").await;
    let caller = server.with_key(&server.key);
    let impatient = caller.delete("/api/workspace/slow?force=true");
    assert!(tokio::time::timeout(Duration::from_millis(300), impatient).await.is_err(), "answered too early");
    drop(hold);
    drop(making.await);
    server.wait_for("slow", "gone").await;
    assert_eq!(engine.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn labels_are_wiped_only_by_who_says_so() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({"labels": {"a": "1"}})).await;
    for noun in ["sandbox", "workspace"] {
        let path = format!("/api/{noun}/{id}/labels");
        for silent in [json!({}), json!({"labels": null}), json!({"label": {"b": "2"}})] {
            server.put(&path, silent).await.fails(400, "labels");
        }
        assert_eq!(server.get(&format!("/api/sandbox/{id}")).await.ok()["labels"], json!({"a": "1"}));
    }
    let wiped = server.put(&format!("/api/sandbox/{id}/labels"), json!({"labels": {}})).await.ok();
    assert_eq!(wiped["labels"], json!({}));
}
