//! The warm pool: quick, invisible, never leaked, never shared.

use crate::support::{Server, no_image, options, until};
use daytona_engine::{Engine, Exit};
use serde_json::json;
use std::sync::atomic::Ordering;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_default_create_claims_a_ready_sandbox() {
    let (server, engine) = Server::fake_with(|options| options.warm_pool = Some(2)).await;
    server.wait_for_warm(2).await;
    let ready: Vec<String> = engine.specs.lock().unwrap().iter().map(|spec| spec.id.clone()).collect();
    assert_eq!(server.get("/api/sandbox").await.ok()["items"], json!([]));
    for id in &ready {
        assert_eq!(server.state(id).await, "gone", "a pool member is nobody's");
        assert_eq!(server.get(&format!("/toolbox/{id}/uri/x")).await.status, 404);
        assert_eq!(server.delete(&format!("/api/sandbox/{id}")).await.status, 404);
    }
    let body = json!({"name": "mine", "env": {"SECRET": "s"}, "labels": {"l": "x"}, "autoStopInterval": 3});
    let made = server.post("/api/sandbox", body).await.ok();
    let id = made["id"].as_str().unwrap();
    assert!(ready.iter().any(|member| member == id), "it was not warm");
    assert_eq!((&made["name"], &made["env"]), (&json!("mine"), &json!({"SECRET": "s"})));
    assert_eq!((&made["labels"], &made["autoStopInterval"]), (&json!({"l": "x"}), &json!(3)));
    // Its processes have the environment before the answer is out.
    let pushed = engine.seen.env.lock().unwrap().clone().unwrap();
    assert_eq!(pushed["set"], json!({"SECRET": "s"}));
    assert_eq!(server.get(&format!("/toolbox/{id}/uri/x")).await.status, 200);
    server.wait_for_warm(2).await;
    // And again after a stop and start, from the database.
    server.post("/api/sandbox/mine/stop", json!({})).await.ok();
    server.wait_for(id, "stopped").await;
    server.post("/api/sandbox/mine/start", json!({})).await.ok();
    let spec = engine.specs.lock().unwrap().iter().rfind(|spec| spec.id == id).unwrap().clone();
    assert_eq!(spec.env["SECRET"], "s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_warm_one_cannot_be_is_made_cold() {
    let (server, engine) = Server::fake_with(|options| options.warm_pool = Some(1)).await;
    server.wait_for_warm(1).await;
    let ready = engine.specs.lock().unwrap()[0].id.clone();
    for body in [
        json!({"id": "custom"}),
        json!({"user": "root"}),
        json!({"disk": 4}),
        json!({"networkBlockAll": true}),
    ] {
        assert_ne!(server.create(body).await, ready);
    }
    assert_eq!(server.create(json!({"user": "daytona", "cpu": 1})).await, ready);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_does_not_take_its_environment_is_replaced() {
    let (server, engine) = Server::fake_with(|options| options.warm_pool = Some(1)).await;
    server.wait_for_warm(1).await;
    let bad = engine.specs.lock().unwrap()[0].id.clone();
    engine.refuse_env.store(true, Ordering::SeqCst);
    let id = server.create(json!({"env": {"A": "b"}})).await;
    assert_ne!(id, bad);
    engine.refuse_env.store(false, Ordering::SeqCst);
    server.wait_for_warm(1).await;
    assert!(server.get(&format!("/api/sandbox/{bad}")).await.status == 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_held_an_environment_is_never_given_to_another() {
    let (server, engine) = Server::fake_with(|options| options.warm_pool = Some(1)).await;
    server.create(json!({"name": "taken", "id": "x"})).await;
    server.wait_for_warm(1).await;
    let ready = engine.specs.lock().unwrap().iter().find(|spec| spec.id != "x").unwrap().id.clone();
    server.post("/api/sandbox", json!({"name": "taken", "env": {"SECRET": "s"}})).await.fails(409, "taken");
    assert!(engine.seen.env.lock().unwrap().is_some(), "it took the environment before it was refused");
    assert_ne!(server.create(json!({})).await, ready);
    until("it is gone", async || !engine.list().await.unwrap().contains(&ready)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_dies_is_replaced() {
    let (server, engine) = Server::fake_with(|options| options.warm_pool = Some(1)).await;
    server.wait_for_warm(1).await;
    let first = engine.specs.lock().unwrap()[0].id.clone();
    engine.kill(&first, Exit::default());
    until("another one is ready", async || engine.starts.load(Ordering::SeqCst) == 2).await;
    server.wait_for_warm(1).await;
    assert_eq!(engine.count(), 1);
    assert_ne!(server.create(json!({})).await, first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_give_way_to_what_users_ask_for() {
    let change = |options: &mut daytona_server::ServeOptions| {
        options.warm_pool = Some(2);
        options.memory_limit = Some(4 << 30);
    };
    let (server, engine) = Server::fake_with(change).await;
    server.wait_for_warm(2).await;
    server.create(json!({"memory": 4})).await;
    until("only the user's is left", async || engine.count() == 1).await;
    server.post("/api/sandbox", json!({})).await.fails(400, "Total memory limit exceeded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clean_end_takes_the_pool_down_and_nothing_else() {
    let (server, engine) = Server::fake_with(|options| options.warm_pool = Some(3)).await;
    server.wait_for_warm(3).await;
    let id = server.create(json!({})).await;
    server.wait_for_warm(3).await;
    let dir = server.dir.clone();
    let _owned = server.stop().await;
    assert_eq!(engine.count(), 1);
    let server = Server::start(options(&dir), engine.clone(), no_image()).await.unwrap();
    assert_eq!(server.state(&id).await, "started");
    server.stop().await;
}
