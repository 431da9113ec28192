//! What a create may ask for: every property the published API has is honoured, or refused in words. A wish that
//! is dropped in silence would be relied on.

use crate::support::Server;
use serde_json::{Value, json};

/// Properties of the published `CreateSandbox`, with a value that asks for something. What has words is refused
/// with them; the others are honoured, by the tests of `life` and `bad_input`.
fn published() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("name", json!("n"), ""),
        ("snapshot", json!("host"), ""),
        ("user", json!("root"), ""),
        ("env", json!({"A": "b"}), ""),
        ("labels", json!({"a": "b"}), ""),
        ("public", json!(true), ""),
        ("networkBlockAll", json!(true), ""),
        ("networkAllowList", json!("10.0.0.0/8"), "networkAllowList: "),
        ("domainAllowList", json!("example.org,*.example.net"), "domainAllowList: "),
        ("outboundProxyUrl", json!("http://proxy:3128"), "outboundProxyUrl: "),
        ("otelEndpointOverride", json!("http://collector:4318"), "otelEndpointOverride: "),
        ("target", json!("local"), ""),
        ("cpu", json!(1), ""),
        ("gpu", json!(1), "gpu: "),
        ("gpuType", json!(["H100"]), "gpuType: "),
        ("spot", json!(true), "spot: "),
        ("memory", json!(2), ""),
        ("disk", json!(1), ""),
        ("autoStopInterval", json!(7), ""),
        ("autoPauseInterval", json!(60), "autoPauseInterval: "),
        ("autoArchiveInterval", json!(8), ""),
        ("autoDeleteInterval", json!(9), ""),
        ("ttlMinutes", json!(30), "ttlMinutes: "),
        ("volumes", json!([{"volumeId": "v", "mountPath": "/v"}]), "volumes: "),
        ("buildInfo", json!({"dockerfileContent": "FROM host\n"}), "buildInfo: "),
        ("linkedSandbox", json!("other"), "linkedSandbox: "),
        ("secrets", json!([{"TOKEN": "vault-name"}]), "secrets: "),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_published_wish_is_honoured_or_refused() {
    let (server, engine) = Server::fake().await;
    for (property, wish, words) in published() {
        let reply = server.post("/api/sandbox", json!({property: wish})).await;
        if !words.is_empty() {
            assert_eq!(reply.status, 400, "{property} is neither honoured nor refused");
            reply.fails(400, words);
            continue;
        }
        let made = reply.ok();
        if property == "env" || property == "labels" {
            assert_eq!(made[property], wish);
        } else {
            assert_eq!(made[property].to_string(), wish.to_string(), "{property}");
        }
    }
    let honoured = published().iter().filter(|(_, _, words)| words.is_empty()).count();
    assert_eq!(engine.count(), honoured);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_asks_for_nothing_is_no_wish() {
    let (server, _engine) = Server::fake().await;
    for property in [
        "networkAllowList",
        "domainAllowList",
        "outboundProxyUrl",
        "otelEndpointOverride",
        "gpuType",
        "spot",
        "autoPauseInterval",
        "ttlMinutes",
        "linkedSandbox",
        "secrets",
    ] {
        for nothing in [json!(null), json!(false), json!(0), json!(""), json!([]), json!({})] {
            let reply = server.post("/api/sandbox", json!({property: nothing})).await;
            assert_eq!(reply.status, 200, "{property}: {nothing}");
        }
    }
    // Nothing at all is less than what the list would have allowed.
    let body = json!({"networkAllowList": "10.0.0.0/8", "networkBlockAll": true});
    assert_eq!(server.post("/api/sandbox", body).await.ok()["networkBlockAll"], true);
    let body = json!({"networkAllowList": "10.0.0.0/8", "networkBlockAll": false});
    server.post("/api/sandbox", body).await.fails(400, "networkAllowList: ");
}
