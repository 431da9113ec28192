//! Start-up brings the database into agreement with what really runs; an end leaves sandboxes alone.

use crate::fake::FakeEngine;
use crate::support::{Caller, Server, no_image, options, until};
use axum::body::Body;
use daytona_engine::Engine;
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn again(dir: &Path, engine: &Arc<FakeEngine>) -> Server {
    Server::start(options(dir), engine.clone(), no_image()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sandboxes_are_found_again_as_they_are() {
    let (server, engine) = Server::fake().await;
    let runs = server.create(json!({"name": "runs"})).await;
    let rests = server.create(json!({"name": "rests"})).await;
    let dies = server.create(json!({"name": "dies"})).await;
    let lost = server.create(json!({"name": "lost"})).await;
    server.post("/api/sandbox/rests/stop", json!({})).await.ok();
    server.wait_for(&rests, "stopped").await;
    let dir = server.dir.clone();
    let starts = engine.starts.load(Ordering::SeqCst);
    let _owned = server.stop().await;
    engine.kill(&dies, daytona_engine::Exit { code: Some(1), oom: false, reason: "it fell".to_owned() });
    engine.lose(&lost);
    engine.add_orphan("orphan");
    let server = again(&dir, &engine).await;
    assert_eq!(server.state(&runs).await, "started");
    assert_eq!(server.get("/toolbox/runs/uri/x").await.status, 200);
    assert_eq!(server.state(&rests).await, "stopped");
    server.wait_for(&dies, "stopped").await;
    assert!(server.get("/api/sandbox/dies").await.text("errorReason").contains("it fell"));
    assert_eq!(server.state(&lost).await, "error");
    assert!(server.get("/api/sandbox/lost").await.text("errorReason").contains("gone"));
    assert!(!engine.list().await.unwrap().contains(&"orphan".to_owned()));
    assert_eq!(engine.starts.load(Ordering::SeqCst), starts, "nothing was started again");
    // Found again means watched again.
    engine.kill(&runs, daytona_engine::Exit::default());
    server.wait_for(&runs, "stopped").await;
    server.delete("/api/sandbox/lost").await.ok();
    server.wait_for(&lost, "gone").await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_on_the_folder_is_told_about_the_first() {
    let (server, engine) = Server::fake().await;
    let refused = Server::start(options(&server.dir), engine, no_image()).await;
    let message = refused.err().unwrap().to_string();
    assert!(message.contains(&server.info.url), "{message}");
    assert!(message.contains(&std::process::id().to_string()), "{message}");
    server.get("/api/sandbox").await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_loopback_is_listened_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(&dir.path().join("data"));
    options.host = "0.0.0.0".parse().unwrap();
    let engine = Arc::new(FakeEngine::new(dir.path().join("data/sandboxes")));
    let message = Server::start(options, engine, no_image()).await.err().unwrap().to_string();
    assert!(message.contains("0.0.0.0") && message.contains("TLS"), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(&dir.path().join("data"));
    options.port = taken.local_addr().unwrap().port();
    let engine = Arc::new(FakeEngine::new(dir.path().join("data/sandboxes")));
    let port = options.port.to_string();
    let message = Server::start(options, engine, no_image()).await.err().unwrap().to_string();
    assert!(message.contains(&port) && message.contains("--port"), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_json_is_there_while_the_server_is() {
    let (server, _engine) = Server::fake().await;
    let path = server.dir.join("server.json");
    let content: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(content["url"], server.info.url.as_str());
    assert_eq!(content["pid"], std::process::id());
    assert_eq!(content["version"], env!("CARGO_PKG_VERSION"));
    assert!(content["startedAt"].as_str().unwrap().ends_with('Z'));
    let _owned = server.stop().await;
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_under_way_may_end() {
    let (mut server, engine) = Server::fake().await;
    *engine.slowness.lock().unwrap() = Duration::from_millis(500);
    let caller = server.caller.clone();
    let under_way = tokio::spawn(async move { caller.post("/api/sandbox", json!({"id": "late"})).await });
    until("it has begun", async || server.state("late").await == "creating").await;
    server.begin_stop();
    assert_eq!(under_way.await.unwrap().ok()["state"], "started");
    // Nobody new is let in meanwhile.
    let request = server.request("GET", "/health").body(Body::empty()).unwrap();
    let fresh = crate::support::Caller::new(&server.info.url, &server.key);
    assert!(fresh.try_send(request).await.is_err());
    let dir = server.dir.clone();
    let _owned = server.stop().await;
    let server = again(&dir, &engine).await;
    assert_eq!(server.state("late").await, "started");
    server.stop().await;
}

/// A stop that failed leaves a sandbox that nobody can use, and that no limit counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_stopped_is_ended_at_the_next_start() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    engine.refuse_stop.store(true, Ordering::SeqCst);
    server.post(&format!("/api/sandbox/{id}/stop"), json!({})).await.ok();
    server.wait_for(&id, "error").await;
    let dir = server.dir.clone();
    let _owned = server.stop().await;
    assert!(matches!(engine.status(&id).await.unwrap(), daytona_engine::Status::Running));
    engine.refuse_stop.store(false, Ordering::SeqCst);
    let server = again(&dir, &engine).await;
    until("it runs no more", async || {
        !matches!(engine.status(&id).await.unwrap(), daytona_engine::Status::Running)
    })
    .await;
    assert_eq!(server.state(&id).await, "error");
    server.delete(&format!("/api/sandbox/{id}")).await.ok();
    server.wait_for(&id, "gone").await;
    server.stop().await;
}

/// What was begun is finished before what only waits is cut.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_carried_until_what_was_begun_has_ended() {
    let (mut server, engine) = Server::fake().await;
    let (talks, goes) = (server.create(json!({})).await, server.create(json!({})).await);
    let request = server.request("GET", &format!("/toolbox/{talks}/socket"));
    let request = request.header("connection", "upgrade").header("upgrade", "websocket");
    let response = server.http.request(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut socket = TokioIo::new(hyper::upgrade::on(response).await.unwrap());
    let hold = engine.hold_destroy.lock().await;
    server.delete(&format!("/api/sandbox/{goes}")).await.ok();
    server.begin_stop();
    until("it is ending", async || !server.dir.join("server.json").exists()).await;
    let fresh = Caller::new(&server.info.url, &server.key);
    until("nobody is let in", async || {
        fresh.try_send(fresh.request("GET", "/health").body(Body::empty()).unwrap()).await.is_err()
    })
    .await;
    for _ in 0..20 {
        socket.write_all(b"x").await.unwrap();
        let mut back = [0];
        assert_eq!(socket.read(&mut back).await.unwrap(), 1, "it was cut while a removal was under way");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(hold);
    let _owned = server.stop().await;
    assert!(!engine.list().await.unwrap().contains(&goes));
    let end = socket.read(&mut [0]).await;
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_idle_is_stopped_and_what_was_stopped_long_ago_is_deleted() {
    let (server, engine) = Server::fake().await;
    let idle = server.create(json!({"id": "idle"})).await;
    let forever = server.create(json!({"id": "forever", "autoStopInterval": 0})).await;
    let old = server.create(json!({"id": "old", "autoDeleteInterval": 5})).await;
    let kept = server.create(json!({"id": "kept"})).await;
    for id in [&old, &kept] {
        server.post(&format!("/api/sandbox/{id}/stop"), json!({})).await.ok();
        server.wait_for(id, "stopped").await;
    }
    let dir = server.dir.clone();
    let _owned = server.stop().await;
    // Twenty minutes pass.
    let options_of_db = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("daytona.db"));
    let db = sqlx::SqlitePool::connect_with(options_of_db).await.unwrap();
    sqlx::query("UPDATE sandboxes SET last_activity_at = last_activity_at - 1200000, stopped_at = stopped_at - 1200000")
        .execute(&db)
        .await
        .unwrap();
    db.close().await;
    let server = again(&dir, &engine).await;
    server.wait_for(&idle, "stopped").await;
    server.wait_for(&old, "gone").await;
    assert_eq!(server.state(&forever).await, "started");
    assert_eq!(server.state(&kept).await, "stopped");
    server.stop().await;
}
