//! Of operations that exclude each other, one wins.

use crate::support::{Reply, Server};
use daytona_engine::spec::IdMap;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const MANY: usize = 200;

fn tally(replies: &[Reply]) -> BTreeMap<u16, usize> {
    let mut tally = BTreeMap::new();
    for reply in replies {
        *tally.entry(reply.status.as_u16()).or_default() += 1;
    }
    tally
}

async fn all(calls: impl Iterator<Item = impl Future<Output = Reply> + Send + 'static>) -> Vec<Reply> {
    let tasks: Vec<_> = calls.map(tokio::spawn).collect();
    let mut replies = Vec::new();
    for task in tasks {
        replies.push(task.await.unwrap());
    }
    replies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_name_goes_to_one_sandbox() {
    let (server, engine) = Server::fake_with(|options| options.warm_pool = Some(3)).await;
    let replies = all((0..MANY).map(|number| {
        let caller = server.caller.clone();
        // Half of them could be warm, half ask for an id.
        let body = if number % 2 == 0 {
            json!({"name": "the-one"})
        } else {
            json!({"name": "the-one", "id": format!("id-{number}")})
        };
        async move { caller.post("/api/sandbox", body).await }
    }))
    .await;
    assert_eq!(tally(&replies), [(200, 1), (409, MANY - 1)].into());
    replies
        .iter()
        .find(|reply| reply.status == 409)
        .unwrap()
        .fails(409, "Sandbox with name the-one already exists");
    crate::support::until("nothing is left of the losers", async || engine.count() == 1 + 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limit_on_memory_is_exact() {
    let (server, engine) = Server::fake_with(|options| options.memory_limit = Some(7 << 30)).await;
    let replies = all((0..MANY).map(|_| {
        let caller = server.caller.clone();
        async move { caller.post("/api/sandbox", json!({})).await }
    }))
    .await;
    assert_eq!(tally(&replies), [(200, 7), (400, MANY - 7)].into());
    let refused = replies.iter().find(|reply| reply.status == 400).unwrap();
    refused.fails(400, "Total memory limit exceeded. Maximum allowed: 7GiB.");
    assert_eq!(refused.text("code"), "QUOTA_EXCEEDED");
    assert_eq!(engine.count(), 7);
    // A stopped sandbox gives its memory back, and must get it again to start.
    let id = replies.iter().find(|reply| reply.status == 200).unwrap().text("id");
    server.post(&format!("/api/sandbox/{id}/stop"), json!({})).await.ok();
    server.wait_for(&id, "stopped").await;
    server.create(json!({})).await;
    server
        .post(&format!("/api/sandbox/{id}/start"), json!({}))
        .await
        .fails(400, "Total memory limit exceeded");
    assert_eq!(server.state(&id).await, "stopped");
}

/// Promises are sparse and may exceed the disk together, but none is made on a disk that is nearly full.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_nearly_full_takes_no_further_sandbox() {
    let (server, engine) = Server::fake_with(|options| {
        options.disk_reserve = Some(u64::MAX);
        options.warm_pool = Some(1);
    })
    .await;
    for body in [json!({}), json!({"disk": 1})] {
        let refused = server.post("/api/sandbox", body).await;
        refused.fails(400, "Total disk limit exceeded. Maximum allowed: 0GiB");
        refused.fails(400, "--disk-reserve");
        assert_eq!(refused.text("code"), "QUOTA_EXCEEDED");
    }
    assert_eq!(engine.count(), 0, "nor is one kept warm");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_delete_wins() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    // Long enough that all of them meet it on its way out.
    *engine.slowness.lock().unwrap() = Duration::from_millis(500);
    let path = format!("/api/sandbox/{id}");
    let replies = all((0..MANY).map(|_| {
        let (caller, path) = (server.caller.clone(), path.clone());
        async move { caller.delete(&path).await }
    }))
    .await;
    let tally = tally(&replies);
    assert_eq!(tally.get(&200), Some(&1), "{tally:?}");
    assert!(tally.keys().all(|status| [200, 404, 409].contains(status)), "{tally:?}");
    server.wait_for(&id, "gone").await;
    assert_eq!(engine.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starts_stops_and_deletes_do_not_cross() {
    let (server, engine) = Server::fake().await;
    *engine.slowness.lock().unwrap() = Duration::from_millis(5);
    let id = server.create(json!({})).await;
    for _ in 0..10 {
        let replies = all((0..60).map(|number| {
            let (caller, id) = (server.caller.clone(), id.clone());
            let verb = if number % 2 == 0 { "stop" } else { "start" };
            async move { caller.post(&format!("/api/sandbox/{id}/{verb}"), json!({})).await }
        }))
        .await;
        // The stand-in panics when it is started twice; the server must never let that happen.
        let tally = tally(&replies);
        assert!(tally.keys().all(|status| [200, 400, 409].contains(status)), "{tally:?}");
        crate::support::until("it rests", async || {
            ["started", "stopped"].contains(&server.state(&id).await.as_str())
        })
        .await;
    }
    if server.state(&id).await == "stopped" {
        server.post(&format!("/api/sandbox/{id}/start"), json!({})).await.ok();
    }
    assert_eq!(server.get(&format!("/toolbox/{id}/uri/x")).await.status, 200);
    let verbs = all((0..60).map(|number| {
        let (caller, id) = (server.caller.clone(), id.clone());
        async move {
            match number % 3 {
                0 => caller.delete(&format!("/api/sandbox/{id}")).await,
                1 => caller.post(&format!("/api/sandbox/{id}/stop"), json!({})).await,
                _ => caller.post(&format!("/api/sandbox/{id}/start"), json!({})).await,
            }
        }
    }))
    .await;
    let tally = tally(&verbs);
    assert!(tally.keys().all(|status| [200, 400, 404, 409].contains(status)), "{tally:?}");
    crate::support::until("it rests", async || {
        ["started", "stopped", "gone"].contains(&server.state(&id).await.as_str())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn id_ranges_are_never_shared() {
    let (server, engine) = Server::fake().await;
    let replies = all((0..40).map(|_| {
        let caller = server.caller.clone();
        async move { caller.post("/api/sandbox", json!({})).await }
    }))
    .await;
    for reply in replies.iter().take(20) {
        server.delete(&format!("/api/sandbox/{}", reply.text("id"))).await.ok();
    }
    crate::support::until("twenty are gone", async || engine.count() == 20).await;
    let live: Vec<String> = replies.iter().skip(20).map(|reply| reply.text("id")).collect();
    let replies = all((0..30).map(|_| {
        let caller = server.caller.clone();
        async move { caller.post("/api/sandbox", json!({})).await }
    }))
    .await;
    let live: Vec<String> = live.into_iter().chain(replies.iter().map(|reply| reply.text("id"))).collect();
    let specs = engine.specs.lock().unwrap();
    let ranges: Vec<IdMap> =
        specs.iter().filter(|spec| live.contains(&spec.id)).map(|spec| spec.ids).collect();
    assert_eq!(ranges.len(), 50);
    if !rustix::process::geteuid().is_root() {
        assert!(ranges.iter().all(|ids| *ids == IdMap::Single), "{ranges:?}");
        return;
    }
    let bases: BTreeSet<u32> = ranges
        .iter()
        .map(|ids| match ids {
            IdMap::Range { base, count: 65_536 } => *base,
            other => panic!("{other:?}"),
        })
        .collect();
    // Fifty ranges, none shared, and those that became free are used again before higher ones.
    let lowest = (0..50).map(|slot| 0x4000_0000 + slot * 65_536).collect::<BTreeSet<u32>>();
    assert_eq!(bases, lowest);
}
