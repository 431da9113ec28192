//! A sandbox's life on the control plane, and what it does when the engine fails.

use crate::support::{Server, until};
use daytona_engine::Exit;
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_default_sandbox_is_what_the_published_api_says() {
    let (server, engine) = Server::fake().await;
    let made = server
        .post("/api/sandbox", json!({"env": {"A": "b"}, "labels": {"code-toolbox-language": "python"}}))
        .await;
    assert_eq!(made.status, 200);
    let made = made.json();
    for (key, value) in [
        ("user", json!("daytona")),
        ("snapshot", json!("host")),
        ("target", json!("local")),
        ("state", json!("started")),
        ("desiredState", json!("started")),
        ("public", json!(false)),
        ("networkBlockAll", json!(false)),
        ("autoStopInterval", json!(15)),
        ("autoArchiveInterval", json!(10_080)),
        ("autoDeleteInterval", json!(-1)),
        ("env", json!({"A": "b"})),
        ("labels", json!({"code-toolbox-language": "python"})),
        ("name", made["id"].clone()),
        ("toolboxProxyUrl", json!(format!("{}/toolbox", server.base))),
        ("sandboxClass", json!("container")),
    ] {
        assert_eq!(made[key], value, "{key}");
    }
    let spec = engine.specs.lock().unwrap()[0].clone();
    let id = made["id"].as_str().unwrap();
    assert_eq!(spec.env["A"], "b");
    assert_eq!(spec.env["DAYTONA_SANDBOX_ID"], id);
    assert_eq!(spec.env["DAYTONA_SANDBOX_USER"], "daytona");
    assert_eq!((spec.user.uid, spec.limits.memory_bytes), (1000, 1 << 30));
    assert_eq!(server.get(&format!("/api/sandbox/{id}")).await.json(), made);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_machine_cannot_enforce_is_told_and_not_in_the_sandbox() {
    let (server, engine) = Server::fake().await;
    let (enforced, warnings) =
        (vec!["memory (cgroup v2)".to_owned()], vec!["no disk limit: no loop devices".to_owned()]);
    *engine.report.lock().unwrap() =
        daytona_engine::Report { enforced: enforced.clone(), warnings: warnings.clone() };
    let made = server.post("/api/sandbox", json!({"name": "n"})).await.ok();
    let report = server.get("/api/sandbox/n/report").await.ok();
    assert_eq!(report, json!({"enforced": enforced, "warnings": warnings}));
    // Clients that know every field of a sandbox would reject one they do not know.
    assert!(made.get("warnings").is_none(), "{made}");
    server.get("/api/sandbox/nobody/report").await.fails(404, "nobody not found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_for_is_what_runs() {
    let (server, engine) = Server::fake().await;
    let body = json!({"id": "My.id_1", "user": "root", "cpu": 1, "memory": 2, "disk": 5, "networkBlockAll": true,
                      "autoStopInterval": 0, "autoDeleteInterval": 60, "public": true, "target": "local",
                      "snapshot": "host", "gpu": 0, "volumes": []});
    let made = server.post("/api/sandbox", body.clone()).await.ok();
    assert_eq!(made["id"], "My.id_1");
    assert_eq!((&made["memory"], &made["disk"]), (&json!(2), &json!(5)));
    let spec = engine.specs.lock().unwrap()[0].clone();
    assert_eq!((spec.user.uid, spec.user.home.to_str()), (0, Some("/root")));
    assert_eq!((spec.limits.memory_bytes, spec.limits.disk_bytes), (2 << 30, 5 << 30));
    assert_eq!(spec.network, daytona_engine::spec::Network::None);
    server.post("/api/sandbox", body).await.fails(409, "Sandbox with id My.id_1 already exists");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_verb_has_its_states() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let post = async |verb: &str| server.post(&format!("/api/sandbox/{id}/{verb}"), json!({})).await;
    assert_eq!(post("start").await.ok()["state"], "started");
    let stopping = post("stop").await.ok();
    assert_eq!((&stopping["state"], &stopping["desiredState"]), (&json!("stopping"), &json!("stopped")));
    server.wait_for(&id, "stopped").await;
    post("stop").await.fails(400, "Sandbox is not in a stoppable state");
    server.get(&format!("/toolbox/{id}/uri/x")).await.fails(400, "Is the Sandbox started?");
    assert_eq!(post("start").await.ok()["state"], "started");
    assert_eq!(server.get(&format!("/toolbox/{id}/uri/x")).await.status, 200);
    assert_eq!(server.delete(&format!("/api/sandbox/{id}")).await.ok()["state"], "destroying");
    server.wait_for(&id, "gone").await;
    server
        .delete(&format!("/api/sandbox/{id}"))
        .await
        .fails(404, &format!("Sandbox with ID or name {id} not found"));
    let after = server.get(&format!("/toolbox/{id}/uri/x")).await;
    after.fails(404, "not found");
    assert_eq!(after.text("source"), "DAYTONA_PROXY");
    assert_eq!(engine.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_free_as_soon_as_its_holder_is_going() {
    let (server, engine) = Server::fake().await;
    let first = server.create(json!({"name": "n"})).await;
    engine.refuse_destroy.store(true, Ordering::SeqCst);
    server.delete("/api/sandbox/n").await.ok();
    server.wait_for(&first, "error").await;
    // What could not be removed says so, keeps its id, and can be deleted again.
    let reason = server.get(&format!("/api/sandbox/{first}")).await.text("errorReason");
    assert!(reason.contains("could not be removed") && reason.contains("remove its folder"), "{reason}");
    server.post(&format!("/api/sandbox/{first}/start"), json!({})).await.fails(400, "errored state");
    engine.refuse_destroy.store(false, Ordering::SeqCst);
    server.delete(&format!("/api/sandbox/{first}")).await.ok();
    server.create(json!({"name": "n"})).await;
    server.wait_for(&first, "gone").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_that_cannot_start_leaves_nothing() {
    let (server, engine) = Server::fake().await;
    engine.refuse_start.store(true, Ordering::SeqCst);
    let reply = server.post("/api/sandbox", json!({"name": "n"})).await;
    reply.fails(400, "Sandbox failed to start");
    reply.fails(400, "mount /proc");
    assert_eq!(engine.count(), 0);
    assert_eq!(server.get("/api/sandbox").await.ok()["items"], json!([]));
    engine.refuse_start.store(false, Ordering::SeqCst);
    let id = server.create(json!({"name": "n"})).await;
    server.post("/api/sandbox/n/stop", json!({})).await.ok();
    server.wait_for(&id, "stopped").await;
    engine.refuse_start.store(true, Ordering::SeqCst);
    // The answer comes after everything is undone: what follows meets no change in progress.
    *engine.slowness.lock().unwrap() = Duration::from_millis(100);
    server.post("/api/sandbox/n/start", json!({})).await.fails(400, "mount /proc");
    assert_eq!(server.state(&id).await, "stopped");
    *engine.slowness.lock().unwrap() = Duration::ZERO;
    assert!(server.get("/api/sandbox/n").await.text("errorReason").contains("mount /proc"));
    engine.refuse_start.store(false, Ordering::SeqCst);
    let started = server.post("/api/sandbox/n/start", json!({})).await.ok();
    assert_eq!((&started["state"], started.get("errorReason")), (&json!("started"), None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_from_inside_is_noticed_with_its_reason() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    engine.kill(&id, Exit { code: Some(137), oom: true, reason: "its init was killed".to_owned() });
    server.wait_for(&id, "stopped").await;
    let reason = server.get(&format!("/api/sandbox/{id}")).await.text("errorReason");
    assert!(reason.contains("oom") && reason.contains("its init was killed"), "{reason}");
    server.get(&format!("/toolbox/{id}/uri/x")).await.fails(400, "its init was killed");
    // It can go on, and the end of its first run is not taken for the end of the next.
    server.post(&format!("/api/sandbox/{id}/start"), json!({})).await.ok();
    assert_eq!(server.get(&format!("/toolbox/{id}/uri/x")).await.status, 200);
    assert_eq!(server.state(&id).await, "started");
    engine.kill(&id, Exit::default());
    server.wait_for(&id, "stopped").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_news_of_an_earlier_run_does_not_end_this_one() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let hold = engine.hold_news.lock().await;
    server.post(&format!("/api/sandbox/{id}/stop"), json!({})).await.ok();
    server.wait_for(&id, "stopped").await;
    server.post(&format!("/api/sandbox/{id}/start"), json!({})).await.ok();
    assert_eq!(engine.ends_told.load(Ordering::SeqCst), 0);
    drop(hold);
    until("the news is there", async || engine.ends_told.load(Ordering::SeqCst) == 1).await;
    for _ in 0..20 {
        assert_eq!(server.state(&id).await, "started");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ephemeral_sandbox_goes_when_it_stops() {
    let (server, engine) = Server::fake().await;
    let stopped = server.create(json!({"autoDeleteInterval": 0})).await;
    server.post(&format!("/api/sandbox/{stopped}/stop"), json!({})).await.ok();
    server.wait_for(&stopped, "gone").await;
    let died = server.create(json!({"autoDeleteInterval": 0})).await;
    engine.kill(&died, Exit::default());
    server.wait_for(&died, "gone").await;
    assert_eq!(engine.count(), 0);
}
