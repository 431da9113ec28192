//! Making, finding, changing and removing sandboxes, and what is left behind when it goes wrong: nothing.

use crate::support::{FaultServer, Reply, Request, client, eventually, toolbox};
use daytona_core::{CreateParams, ErrorCode, Resources, Timeout};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

fn state(name: &str) -> Reply {
    Reply::json(200, &json!({"id": "box", "state": name, "errorReason": "no such image"}))
}

#[tokio::test]
async fn create_returns_when_started() {
    let server = FaultServer::start(|_, before| match before {
        0 => state("creating"),
        1 | 2 => state("pulling_snapshot"),
        _ => state("started"),
    })
    .await;
    let params = CreateParams {
        language: Some("typescript".into()),
        id: Some("mine".into()),
        env_vars: Some(BTreeMap::from([("A".into(), "1".into())])),
        resources: Some(Resources { cpu: Some(2), ..Resources::default() }),
        auto_stop_interval: Some(0),
        ..CreateParams::default()
    };
    let made = client(&server).create(params, Timeout::NONE).await.expect("started");
    assert_eq!(made.id(), "box");
    assert_eq!(
        server.lines(),
        ["POST /api/sandbox", "GET /api/sandbox/box", "GET /api/sandbox/box", "GET /api/sandbox/box"]
    );
    assert_eq!(
        server.seen()[0].json(),
        json!({
            "id": "mine", "name": "mine", "env": {"A": "1"}, "cpu": 2, "autoStopInterval": 0,
            "labels": {"code-toolbox-language": "typescript"},
        })
    );
}

#[tokio::test]
async fn a_sandbox_that_fails_to_start_is_reported_and_removed() {
    for failed in ["error", "build_failed"] {
        let server = FaultServer::start(move |_, _| state(failed)).await;
        let error = client(&server).create(CreateParams::default(), Timeout::NONE).await.expect_err("failed");
        assert_eq!(error.code(), ErrorCode::SandboxState);
        assert!(error.message().contains("no such image"), "{error}");
        assert_eq!(server.lines(), ["POST /api/sandbox", "DELETE /api/sandbox/box"]);
    }
}

/// What `create` requests of a server that answers "failed to start" and shows this under the sandbox's name.
async fn requests_after_a_failed_start(under_its_name: serde_json::Value) -> Vec<String> {
    let server = FaultServer::start(move |request: &Request, _| match request.method.as_str() {
        "POST" => Reply::json(400, &json!({"message": "Sandbox failed to start: no room"})),
        "GET" if under_its_name.is_null() => Reply::empty(404),
        _ => Reply::json(200, &under_its_name),
    })
    .await;
    let params = CreateParams {
        name: Some("mine".into()),
        env_vars: Some(BTreeMap::from([("A".into(), "1".into())])),
        labels: Some(BTreeMap::from([("run".into(), "7".into())])),
        ..CreateParams::default()
    };
    let error = client(&server).create(params, Timeout::NONE).await.expect_err("failed");
    assert_eq!(error.code(), ErrorCode::SandboxState);
    assert!(error.message().contains("no room"), "{error}");
    server.lines()
}

#[tokio::test]
async fn what_a_failed_create_leaves_under_its_name_is_removed_by_id() {
    for state in ["error", "build_failed"] {
        let mut left = json!({"id": "id-1", "name": "mine", "state": state, "env": {"A": "1", "B": "2"}});
        left["labels"] = json!({"run": "7", "code-toolbox-language": "python", "added": "later"});
        assert_eq!(
            requests_after_a_failed_start(left).await,
            ["POST /api/sandbox", "GET /api/sandbox/mine", "DELETE /api/sandbox/id-1"]
        );
    }
}

#[tokio::test]
async fn a_failed_create_does_not_remove_somebody_elses_sandbox_of_that_name() {
    let labels = json!({"run": "7", "code-toolbox-language": "python"});
    let left = json!({"id": "id-1", "name": "mine", "state": "error", "env": {"A": "1"}, "labels": labels});
    for (field, theirs) in [
        ("state", json!("started")),
        ("state", json!(null)),
        ("name", json!("theirs")),
        ("env", json!({"A": "2"})),
        ("labels", json!({"run": "8", "code-toolbox-language": "python"})),
    ] {
        let mut other = left.clone();
        other[field] = theirs;
        let requests = requests_after_a_failed_start(other.clone()).await;
        assert_eq!(requests, ["POST /api/sandbox", "GET /api/sandbox/mine"], "{other}");
    }
    let requests = requests_after_a_failed_start(json!(null)).await;
    assert_eq!(requests, ["POST /api/sandbox", "GET /api/sandbox/mine"]);
}

#[tokio::test]
async fn a_timeout_leaves_nothing_behind() {
    let server = FaultServer::start(|_, _| state("creating")).await;
    let short = Timeout::after(Duration::from_millis(300));
    let client = client(&server);
    let error = client.create(CreateParams::default(), short).await.expect_err("too slow");
    assert_eq!(error.code(), ErrorCode::Timeout);
    client.settle(Duration::from_secs(20)).await;
    assert_eq!(server.lines().last().map(String::as_str), Some("DELETE /api/sandbox/box"));
}

#[tokio::test]
async fn a_timeout_before_the_answer_leaves_nothing_behind_either() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let server = FaultServer::start(move |request: &Request, _| match request.method.as_str() {
        "POST" => Reply::Held(Arc::clone(&held), Box::new(state("creating"))),
        _ => state("destroyed"),
    })
    .await;
    let client = client(&server);
    let short = Timeout::after(Duration::from_millis(100));
    let error = client.create(CreateParams::default(), short).await.expect_err("too slow");
    assert_eq!(error.code(), ErrorCode::Timeout);
    // The caller is not kept for the answer, and who settles waits for it, within reason.
    eventually("the request", || server.lines() == ["POST /api/sandbox"]).await;
    client.settle(Duration::from_millis(10)).await;
    assert_eq!(server.lines(), ["POST /api/sandbox"]);
    gate.add_permits(1);
    client.settle(Duration::from_secs(20)).await;
    assert_eq!(server.lines(), ["POST /api/sandbox", "DELETE /api/sandbox/box"]);
}

#[tokio::test]
async fn cancelling_leaves_nothing_behind() {
    let server = FaultServer::start(|request: &Request, before| match request.method.as_str() {
        // Busy at first, as a sandbox that is being made is.
        "DELETE" if before < 6 => Reply::json(409, &json!({"message": "Sandbox state change in progress"})),
        _ => state("creating"),
    })
    .await;
    let client = client(&server);
    {
        let create = client.create(CreateParams::default(), Timeout::NONE);
        tokio::pin!(create);
        tokio::select! {
            _ = &mut create => panic!("it never starts"),
            () = eventually("a poll", || server.seen().len() > 2) => {}
        }
    }
    client.settle(Duration::from_secs(20)).await;
    let lines = server.lines();
    assert!(lines.iter().filter(|line| *line == "DELETE /api/sandbox/box").count() >= 1, "{lines:?}");
    assert_eq!(lines.last().map(String::as_str), Some("DELETE /api/sandbox/box"));
}

#[tokio::test]
async fn a_sandbox_handed_over_to_a_caller_who_never_looks_is_removed() {
    let server = FaultServer::start(|_, _| state("started")).await;
    let client = client(&server);
    let mut create = Box::pin(client.create(CreateParams::default(), Timeout::NONE));
    // One look starts the work; after that it hands over its result, and nobody looks again.
    assert!(futures::poll!(create.as_mut()).is_pending());
    client.settle(Duration::from_secs(20)).await;
    assert_eq!(server.lines(), ["POST /api/sandbox"]);
    // Cancelled outside the runtime, as a thread of another language does.
    std::thread::scope(|scope| scope.spawn(|| drop(create)).join().expect("no panic"));
    client.settle(Duration::from_secs(20)).await;
    assert_eq!(server.lines(), ["POST /api/sandbox", "DELETE /api/sandbox/box"]);
}

#[tokio::test]
async fn an_abandoned_sandbox_is_removed() {
    let server = FaultServer::start(|_, _| state("started")).await;
    let client = client(&server);
    let made = client.create(CreateParams::default(), Timeout::NONE).await.expect("started");
    client.abandon(made);
    client.settle(Duration::from_secs(20)).await;
    assert_eq!(server.lines(), ["POST /api/sandbox", "DELETE /api/sandbox/box"]);
}

#[tokio::test]
async fn an_image_that_is_not_registered_is_built() {
    let server = FaultServer::start(|_, before| match before {
        0 => Reply::json(400, &json!({"message": "Snapshot debian:12 not found. Did you add it through the Daytona Dashboard?"})),
        _ => state("started"),
    })
    .await;
    let params = CreateParams { image: Some("debian:12".into()), ..CreateParams::default() };
    client(&server).create(params, Timeout::NONE).await.expect("built");
    let seen = server.seen();
    assert_eq!(seen[0].json()["snapshot"], "debian:12");
    assert_eq!(seen[1].json()["snapshot"], json!(null));
    assert_eq!(seen[1].json()["buildInfo"]["dockerfileContent"], "FROM debian:12\n");
    assert_ne!(seen[0].header("idempotency-key"), seen[1].header("idempotency-key"));
}

#[tokio::test]
async fn wrong_arguments_cost_no_request() {
    let server = FaultServer::start(|_, _| state("started")).await;
    let client = client(&server);
    for params in [
        CreateParams { language: Some("cobol".into()), ..CreateParams::default() },
        CreateParams { auto_stop_interval: Some(-5), ..CreateParams::default() },
    ] {
        let error = client.create(params, Timeout::NONE).await.expect_err("refused");
        assert_eq!(error.code(), ErrorCode::Validation);
    }
    assert!(server.seen().is_empty());
    let found = client.get("box").await.expect("found");
    found.set_auto_stop_interval(-1).await.expect_err("refused");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_list_follows_its_pages() {
    let server = FaultServer::start(|request: &Request, _| {
        let page = |ids: [&str; 2], next: Option<&str>| {
            let items = ids.map(|id| json!({"id": id, "state": "started", "env": null, "labels": null}));
            Reply::json(200, &json!({"items": items, "nextCursor": next}))
        };
        match request.target.split_once("cursor=") {
            None => page(["a", "b"], Some("2 nd")),
            Some((_, "2+nd")) => page(["c", "d"], None),
            Some((_, other)) => panic!("unknown cursor {other}"),
        }
    })
    .await;
    let labels = BTreeMap::from([("team".to_owned(), "a&b".to_owned())]);
    let found = client(&server).list(Some(labels)).await.expect("listed");
    assert_eq!(found.iter().map(daytona_core::Sandbox::id).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    assert!(server.lines()[0].contains("labels=%7B%22team%22%3A%22a%26b%22%7D"), "{:?}", server.lines());
}

#[tokio::test]
async fn pages_in_a_circle_are_an_error() {
    let server =
        FaultServer::start(|_, _| Reply::json(200, &json!({"items": [{"id": "a"}], "nextCursor": "x"})))
            .await;
    let error = client(&server).list(None).await.expect_err("a circle");
    assert_eq!(error.code(), ErrorCode::Server);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn start_stop_and_delete_wait_for_the_state() {
    let server = FaultServer::start(|request: &Request, before| match (request.method.as_str(), before) {
        ("GET", 0) => state("stopped"),
        ("POST", 1) => state("starting"),
        ("GET", 2) => state("started"),
        ("POST", 3) => state("stopping"),
        ("GET", 4) => state("stopped"),
        ("DELETE", 5) => state("destroying"),
        ("GET", 6) => state("destroying"),
        ("GET", 7) => Reply::json(404, &json!({"message": "Sandbox with ID or name box not found"})),
        other => panic!("unexpected {other:?}"),
    })
    .await;
    let found = client(&server).get("box").await.expect("found");
    let minute = Timeout::after(Duration::from_secs(60));
    found.start(minute).await.expect("started");
    found.stop(minute).await.expect("stopped");
    found.delete(minute).await.expect("deleted");
    assert_eq!(found.data().state.map(|state| state.to_string()).as_deref(), Some("destroyed"));
}

#[tokio::test]
async fn waiting_ends_at_the_error_state_and_at_the_deadline() {
    let server = FaultServer::start(|_, before| state(if before < 3 { "starting" } else { "error" })).await;
    let found = client(&server).get("box").await.expect("found");
    let error = found.wait_until_started(Timeout::NONE).await.expect_err("it failed");
    assert_eq!(error.code(), ErrorCode::SandboxState);

    let server = FaultServer::start(|_, _| state("starting")).await;
    let found = client(&server).get("box").await.expect("found");
    let short = Timeout::after(Duration::from_millis(100));
    let error = found.wait_until_started(short).await.expect_err("too slow");
    assert_eq!(error.code(), ErrorCode::Timeout);
    assert!(error.message().contains("0.1 s"), "{error}");
}

#[tokio::test]
async fn a_server_that_never_answers_meets_the_deadline() {
    let server =
        FaultServer::start(|_, before| if before == 0 { state("stopped") } else { Reply::Silence }).await;
    let found = client(&server).get("box").await.expect("found");
    let error = found.start(Timeout::after(Duration::from_millis(100))).await.expect_err("silence");
    assert_eq!(error.code(), ErrorCode::Timeout);
}

#[tokio::test]
async fn a_delete_whose_first_answer_was_lost_succeeds() {
    let server = FaultServer::start(|_, before| match before {
        0 => state("started"),
        1 => Reply::Reset(Vec::new()),
        _ => Reply::json(404, &json!({"message": "not found"})),
    })
    .await;
    let found = client(&server).get("box").await.expect("found");
    found.delete(Timeout::NONE).await.expect("it is gone, which was the wish");

    let server =
        FaultServer::start(|_, before| if before == 0 { state("started") } else { Reply::empty(404) }).await;
    let found = client(&server).get("box").await.expect("found");
    let error = found.delete(Timeout::NONE).await.expect_err("there never was one");
    assert_eq!(error.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn labels_are_replaced_and_the_language_stays() {
    let server = FaultServer::start(|request: &Request, _| match request.method.as_str() {
        "PUT" => Reply::json(200, &request.json()),
        _ => Reply::json(
            200,
            &json!({"id": "box", "labels": {"old": "1", "code-toolbox-language": "javascript"}}),
        ),
    })
    .await;
    let found = client(&server).get("box").await.expect("found");
    let labels = found.set_labels(BTreeMap::from([("new".into(), "2".into())])).await.expect("set");
    assert_eq!(labels.keys().map(String::as_str).collect::<Vec<_>>(), ["code-toolbox-language", "new"]);
    assert_eq!(found.data().labels, labels);
    assert_eq!(found.language().as_deref(), Some("javascript"));
}

#[tokio::test]
async fn the_home_folder_is_asked_for_once() {
    let (server, found) = toolbox(|_: &Request| Reply::json(200, &json!({"dir": "/home/daytona"}))).await;
    for _ in 0..2 {
        assert_eq!(found.user_root_dir().await.expect("a folder"), "/home/daytona");
    }
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_toolbox_proxy_the_server_keeps_to_itself_is_asked_for() {
    let server = FaultServer::start(|request: &Request, _| {
        let host = request.header("host").expect("host");
        match request.target.as_str() {
            "/api/sandbox/box" => state("started"),
            "/api/sandbox/box/toolbox-proxy-url" => {
                Reply::json(200, &json!({"url": format!("http://{host}/proxy/")}))
            }
            "/proxy/box/user-home-dir" => Reply::json(200, &json!({"dir": "/root"})),
            other => panic!("unexpected {other}"),
        }
    })
    .await;
    let found = client(&server).get("box").await.expect("found");
    assert_eq!(found.user_root_dir().await.expect("a folder"), "/root");
}
