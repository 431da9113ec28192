//! Whatever is sent: a 4xx with a message, never a 500, a panic or a hang.

use crate::guard::raw;
use crate::support::Server;
use axum::body::Body;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_create_that_makes_no_sense_is_refused_in_words() {
    let (server, engine) = Server::fake().await;
    let env = |name: &str, value: &str| json!({"env": {name: value}});
    for (body, about) in [
        (json!({"id": "../x"}), "id"),
        (json!({"id": "a\nb"}), "id"),
        (json!({"id": "-a"}), "id"),
        (json!({"id": "x".repeat(64)}), "id"),
        (json!({"name": "a\nb"}), "name"),
        (json!({"name": "../x"}), "name"),
        (json!({"name": "<b>x</b>"}), "name must not contain HTML tags, URLs, or control characters"),
        (json!({"name": "x\u{0}"}), "name"),
        (json!({"name": "x".repeat(5000)}), "name"),
        (json!({"name": " "}), "name"),
        (env("1A", "x"), "invalid environment variable name: '1A'"),
        (env("A=B", "x"), "invalid environment variable name"),
        (env("A", "x\u{0}y"), "NUL"),
        (env("A", &"x".repeat(200_000)), "env"),
        (json!({"labels": {"": "x"}}), "labels"),
        (json!({"labels": {"k": "x\u{0}"}}), "label"),
        (json!({"labels": {"k": "x".repeat(5000)}}), "label"),
        (json!({"labels": {"k": 5}}), "labels.k"),
        (json!({"user": "nobody-here"}), "user"),
        (json!({"snapshot": "ubuntu:22.04"}), "Snapshot ubuntu:22.04 not found"),
        (json!({"buildInfo": {"dockerfileContent": "FROM host\n"}}), "buildInfo"),
        (json!({"snapshot": "host", "buildInfo": {}}), "Cannot specify a snapshot"),
        (json!({"target": "eu"}), "Region not found"),
        (json!({"cpu": -1}), "cpu"),
        (json!({"cpu": 1.5}), "cpu"),
        (json!({"cpu": 100_000}), "CPU request 100000 exceeds maximum allowed per sandbox"),
        (json!({"memory": 4_000_000_000_u32}), "Memory request 4000000000GB exceeds"),
        (json!({"memory": 1e300}), "memory"),
        (json!({"disk": 4_000_000_000_u32}), "Disk request 4000000000GB exceeds"),
        (json!({"gpu": 1}), "gpu"),
        (json!({"volumes": [{"volumeId": "v", "mountPath": "/v"}]}), "volumes"),
        (json!({"autoStopInterval": -1}), "Auto-stop interval must be non-negative"),
        (json!({"autoStopInterval": 2_000_000_000}), "Auto-stop"),
        (json!({"autoArchiveInterval": -1}), "Auto-archive interval must be non-negative"),
        (json!({"autoDeleteInterval": "soon"}), "autoDeleteInterval"),
        (json!([]), ""),
        (json!("text"), ""),
        (json!(null), ""),
    ] {
        let reply = server.post("/api/sandbox", body.clone()).await;
        assert_eq!(reply.status, 400, "{body}");
        reply.fails(400, about);
    }
    assert_eq!(engine.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_not_json_is_refused_in_words() {
    let (server, engine) = Server::fake().await;
    let deep = |open: &str, close: &str| [open.repeat(100_000), close.repeat(100_000)].concat();
    for body in [
        b"{".to_vec(),
        b"{\"name\": NaN}".to_vec(),
        b"{\"name\": \"\xff\xfe\"}".to_vec(),
        b"\0".to_vec(),
        b"name=x&y=z".to_vec(),
        deep("[", "]").into_bytes(),
        deep("{\"a\":", "}").into_bytes(),
        format!("{{\"labels\": {}}}", deep("{\"a\":", "}")).into_bytes(),
        b"{\"cpu\": 1e999999}".to_vec(),
    ] {
        let start = String::from_utf8_lossy(&body[..body.len().min(30)]).into_owned();
        let request = server.request("POST", "/api/sandbox").body(Body::from(body)).unwrap();
        let reply = server.send(request).await;
        assert_eq!(reply.status, 400, "{start}");
        assert!(!reply.text("message").is_empty(), "{start}");
    }
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(3 << 20));
    let request = server.request("POST", "/api/sandbox").body(Body::from(large)).unwrap();
    server.send(request).await.fails(413, "2 MiB");
    assert_eq!(engine.count(), 0);
    // No body, another content type, fields from the future: all are fine.
    let request = server.request("POST", "/api/sandbox").header("content-type", "text/plain");
    server.send(request.body(Body::from("{\"fromTheFuture\": [1]}")).unwrap()).await.ok();
    server.send(server.request("POST", "/api/sandbox").body(Body::empty()).unwrap()).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_and_queries_may_hold_anything() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    for (method, path, status) in [
        ("GET", "/api/sandbox/..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/api/sandbox/%00", 404),
        ("GET", "/api/sandbox/%ff%fe", 400),
        ("GET", "/api/sandbox/%0aevil", 404),
        ("DELETE", "/api/sandbox/nothing", 404),
        ("GET", "/api/sandbox?limit=0", 400),
        ("GET", "/api/sandbox?limit=201", 400),
        ("GET", "/api/sandbox?limit=-1", 400),
        ("GET", "/api/sandbox?limit=NaN", 400),
        ("GET", "/api/sandbox?labels=%7B", 400),
        ("GET", "/api/sandbox?labels=[]", 400),
        ("GET", "/api/sandbox?cursor=%00", 400),
        ("GET", "/api/sandbox?cursor=e30=", 400),
        ("GET", "/api/sandbox?sort=evil;drop", 400),
        ("GET", "/api/sandbox?order=up", 400),
        ("GET", "/api/sandbox?isPublic=maybe", 400),
        ("GET", "/api/sandbox?id=%25%27%22--", 200),
        ("GET", "/api/sandbox?states=%27&states[]=x", 200),
        ("GET", "/api/sandbox/paginated?page=0", 400),
        ("GET", "/api/sandbox/paginated?page=99999999999", 400),
        ("GET", "/api/nothing/here", 404),
        ("GET", "/", 404),
        ("PATCH", "/api/sandbox", 405),
        ("POST", "/api/sandbox/ID/autostop/-1", 400),
        ("POST", "/api/sandbox/ID/autostop/x", 400),
        ("POST", "/api/sandbox/ID/autostop/99999999999999", 400),
        ("POST", "/api/sandbox/ID/autostop/1.5", 400),
        ("POST", "/api/sandbox/ID/public/maybe", 400),
        ("POST", "/api/sandbox/ID/stop?force=perhaps", 400),
        ("POST", "/api/sandbox/ID/archive", 400),
        ("GET", "/toolbox/nothing/uri/x", 404),
        ("GET", "/toolbox/%ff/uri/x", 400),
    ] {
        let request = server.request(method, &path.replace("ID", &id)).body(Body::empty()).unwrap();
        let reply = server.send(request).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", String::from_utf8_lossy(&reply.bytes));
        if status >= 400 {
            assert!(!reply.text("message").is_empty(), "{method} {path}");
        }
    }
    assert_eq!(server.state(&id).await, "started");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_are_bounded() {
    let (server, _engine) = Server::fake().await;
    let address = server.address();
    let megabyte = format!("GET /health HTTP/1.1\r\nhost: {address}\r\nx: {}\r\n\r\n", "x".repeat(1 << 20));
    assert!(raw(&address, megabyte.as_bytes()).await.contains(" 431"), "a header of 1 MiB");
    let many = format!("GET /health HTTP/1.1\r\nhost: {address}\r\n{}\r\n", "a: b\r\n".repeat(500));
    assert!(raw(&address, many.as_bytes()).await.contains(" 431"), "500 headers");
    let garbage = raw(&address, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n").await;
    assert!(garbage.contains(" 400"), "{garbage}");
    let smuggled = format!(
        "POST /api/sandbox HTTP/1.1\r\nhost: {address}\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\
         connection: close\r\n\r\n0\r\n\r\n"
    );
    let line = raw(&address, smuggled.as_bytes()).await;
    assert!(line.contains(" 400") || line.contains(" 401"), "{line}");
    server.get("/api/sandbox").await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn labels_are_checked_when_they_are_replaced_too() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({"labels": {"a": "1"}})).await;
    let path = format!("/api/sandbox/{id}/labels");
    let many: Value =
        (0..65).map(|number| (number.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>().into();
    server.put(&path, json!({"labels": many})).await.fails(400, "at most 64");
    server.put(&path, json!({"labels": {"a": null}})).await.fails(400, "labels");
    assert_eq!(server.get(&format!("/api/sandbox/{id}")).await.ok()["labels"], json!({"a": "1"}));
}
