//! Every route against every kind of key. The routes come from the OpenAPI document, so a new one that is
//! not guarded, or not listed here, fails.

use crate::support::Server;
use axum::body::Body;
use serde_json::{Value, json};

/// What the document says is open to all.
pub(crate) const PUBLIC: [&str; 5] =
    ["GET /health", "GET /api/health", "GET /api/config", "GET /api/openapi.json", "OPTIONS /none"];

/// What a key without any permission may do: read.
const READING: [&str; 11] = [
    "GET /api/sandbox",
    "GET /api/sandbox/paginated",
    "GET /api/sandbox/{sandboxIdOrName}",
    "GET /api/sandbox/{sandboxIdOrName}/report",
    "GET /api/sandbox/{sandboxId}/toolbox-proxy-url",
    "GET /api/sandbox/{sandboxIdOrName}/ports/{port}/preview-url",
    "GET /api/sandbox/{sandboxIdOrName}/ports/{port}/signed-preview-url",
    "GET /api/workspace",
    "GET /api/workspace/{workspaceId}",
    "GET /api/workspace/{workspaceId}/ports/{port}/preview-url",
    "GET /api/api-keys/current",
];

pub(crate) fn routes() -> Vec<(String, String)> {
    let document: Value =
        serde_json::from_str(&daytona_server::openapi_document().to_json().unwrap()).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.push((method.to_uppercase(), path.clone()));
        }
    }
    assert!(routes.len() > 25, "{routes:?}");
    routes
}

/// A request that would succeed, or fail for other reasons than its key.
pub(crate) fn filled(path: &str, id: &str) -> String {
    let path = path.replace("{sandboxIdOrName}", id).replace("{sandboxId}", id).replace("{workspaceId}", id);
    path.replace("{interval}", "5")
        .replace("{isPublic}", "true")
        .replace("{name}", "nobody")
        .replace("{port}", "3000")
        .replace("{token}", "nothing")
        .replace("{path}", "uri/x")
}

async fn status(server: &Server, key: &str, method: &str, path: &str) -> u16 {
    let body = Body::from(if method == "POST" || method == "PUT" { "{}" } else { "" });
    server
        .with_key(key)
        .send(server.with_key(key).request(method, path).body(body).unwrap())
        .await
        .status
        .as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_route_answers_without_a_good_key() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let revoked = server.post("/api/api-keys", json!({"name": "gone", "permissions": []})).await.ok();
    let revoked = revoked["value"].as_str().unwrap().to_owned();
    assert_eq!(server.with_key(&revoked).get("/api/sandbox").await.status, 200);
    assert_eq!(server.delete("/api/api-keys/gone").await.status, 204);
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";
    let unknown = format!("dtn_{}", "0".repeat(64));
    for (method, path) in routes() {
        let path_filled = filled(&path, &id);
        for (kind, key) in
            [("none", ""), ("revoked", &revoked), ("jwt", jwt), ("unknown", &unknown), ("malformed", "dtn_x")]
        {
            let got = status(&server, key, &method, &path_filled).await;
            let open = PUBLIC.contains(&format!("{method} {path}").as_str());
            let wanted = if open { 200 } else { 401 };
            assert_eq!(got, wanted, "{method} {path} with key: {kind}");
        }
    }
    // Nothing of all that had an effect.
    assert_eq!(server.state(&id).await, "started");
    assert_eq!(engine.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_without_permissions_can_read_and_nothing_else() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let made = server.post("/api/api-keys", json!({"name": "reader", "permissions": []})).await.ok();
    let reader = made["value"].as_str().unwrap().to_owned();
    for (method, path) in routes() {
        let route = format!("{method} {path}");
        let got = status(&server, &reader, &method, &filled(&path, &id)).await;
        let allowed = PUBLIC.contains(&route.as_str()) || READING.contains(&route.as_str());
        assert_eq!(got, if allowed { 200 } else { 403 }, "{route}");
    }
    assert_eq!(server.state(&id).await, "started");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_delete_may_not_create() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let made =
        server.post("/api/api-keys", json!({"name": "d", "permissions": ["delete:sandboxes"]})).await.ok();
    let remover = server.with_key(made["value"].as_str().unwrap());
    remover.post("/api/sandbox", json!({})).await.fails(403, "Access denied");
    remover.post(&format!("/api/sandbox/{id}/stop"), json!({})).await.fails(403, "Access denied");
    remover.get(&format!("/toolbox/{id}/uri/x")).await.fails(403, "Access denied");
    remover.delete(&format!("/api/sandbox/{id}")).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_has_the_published_body_and_an_id() {
    let (server, _engine) = Server::fake().await;
    let request = server.with_key("").request("GET", "/api/sandbox?x=1").header("x-request-id", "my-id.1");
    let reply = server.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, 401);
    assert_eq!(reply.headers["x-request-id"], "my-id.1");
    assert_eq!(reply.headers["x-daytona-api-version"], env!("CARGO_PKG_VERSION"));
    let text = String::from_utf8(reply.bytes.clone()).unwrap();
    let at = |key: &str| text.find(&format!("\"{key}\"")).unwrap_or_else(|| panic!("{key} is not in {text}"));
    let order = ["path", "timestamp", "statusCode", "error", "message"];
    assert!(order.windows(2).all(|pair| at(pair[0]) < at(pair[1])), "{text}");
    let json = reply.json();
    assert_eq!(json["path"], "/api/sandbox?x=1");
    assert_eq!(json["message"], "Invalid credentials");
    assert_eq!((&json["error"], &json["statusCode"]), (&json!("Unauthorized"), &json!(401)));
    assert_eq!(json["requestId"], "my-id.1");

    // An id that does not belong into a log is replaced.
    let request = server.request("GET", "/api/nope").header("x-request-id", "a\tb");
    let reply = server.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, 404);
    assert!(reply.headers["x-request-id"].to_str().unwrap().len() == 32);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_written_down() {
    let (server, _engine) = Server::fake().await;
    let made = server.post("/api/api-keys", json!({"name": "k", "permissions": []})).await.ok();
    let (dir, local, key) =
        (server.dir.clone(), server.key.clone(), made["value"].as_str().unwrap().to_owned());
    let owned = server.stop().await;
    for entry in std::fs::read_dir(&dir).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() || entry.file_name() == "api-key" {
            continue;
        }
        let content = std::fs::read(entry.path()).unwrap();
        for secret in [&local, &key] {
            let digits = secret.trim_start_matches("dtn_").as_bytes();
            let found = content.windows(digits.len()).any(|window| window == digits);
            assert!(!found, "{} holds a key", entry.path().display());
        }
        let mode = std::os::unix::fs::PermissionsExt::mode(&entry.metadata().unwrap().permissions());
        assert_eq!(mode & 0o077, 0, "{} is open to others", entry.path().display());
    }
    drop(owned);
}
