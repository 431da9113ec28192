//! Keys: made, listed, revoked.

use crate::support::{Server, no_image, options};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_shown_once_and_then_masked() {
    let (server, _engine) = Server::fake().await;
    let body = json!({"name": "ci", "permissions": ["write:sandboxes"], "expiresAt": "2999-01-01T00:00:00Z"});
    let reply = server.post("/api/api-keys", body.clone()).await;
    assert_eq!(reply.status, 201);
    let key = reply.text("value");
    assert_eq!((key.len(), &key[..4]), (68, "dtn_"));
    server.post("/api/api-keys", body).await.fails(409, "ci already exists");
    let listed = server.get("/api/api-keys").await.ok();
    let names: Vec<_> = listed.as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["local", "ci"]);
    assert!(!listed.to_string().contains(&key[10..]));
    let current = server.with_key(&key).get("/api/api-keys/current").await.ok();
    assert_eq!(current["name"], "ci");
    assert_eq!(current["permissions"], json!(["write:sandboxes"]));
    assert_eq!(current["expiresAt"], "2999-01-01T00:00:00.000Z");
    assert_eq!(server.get("/api/api-keys/ci").await.ok()["value"], current["value"]);
    server.get("/api/api-keys/none").await.fails(404, "none");
    server.delete("/api/api-keys/none").await.fails(404, "none");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_cannot_make_a_stronger_one() {
    let (server, _engine) = Server::fake().await;
    let weak = json!({"name": "weak", "permissions": ["manage:api_keys"]});
    let weak = server.post("/api/api-keys", weak).await.ok();
    let weak = server.with_key(weak["value"].as_str().unwrap());
    let strong = json!({"name": "strong", "permissions": ["write:sandboxes"]});
    weak.post("/api/api-keys", strong)
        .await
        .fails(403, "Insufficient permissions for assigning: write:sandboxes");
    for (body, about) in [
        (json!({"name": "x", "permissions": ["fly"]}), "fly"),
        (json!({"name": "", "permissions": []}), "name"),
        (json!({"name": "x", "permissions": [], "expiresAt": "yesterday"}), "expiresAt"),
        (json!({"name": "x", "permissions": [], "expiresAt": "1999-01-01T00:00:00Z"}), "expiresAt"),
        (json!({"name": "x"}), "permissions"),
    ] {
        weak.post("/api/api-keys", body).await.fails(400, about);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoking_the_local_key_makes_a_new_one_at_the_next_start() {
    let (server, engine) = Server::fake().await;
    let old = server.key.clone();
    assert_eq!(server.delete("/api/api-keys/local").await.status, 204);
    server.get("/api/sandbox").await.fails(401, "Invalid credentials");
    let dir = server.dir.clone();
    let _owned = server.stop().await;
    let server = Server::start(options(&dir), engine, no_image()).await.unwrap();
    assert_ne!(server.key, old);
    server.get("/api/sandbox").await.ok();
    server.with_key(&old).get("/api/sandbox").await.fails(401, "Invalid credentials");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_file_and_the_database_are_made_to_agree() {
    let (server, engine) = Server::fake().await;
    let (dir, old) = (server.dir.clone(), server.key.clone());
    let _owned = server.stop().await;
    // The database is lost: the key people have stays good.
    for name in ["daytona.db", "daytona.db-wal", "daytona.db-shm"] {
        drop(std::fs::remove_file(dir.join(name)));
    }
    let server = Server::start(options(&dir), engine.clone(), no_image()).await.unwrap();
    assert_eq!(server.key, old);
    server.get("/api/sandbox").await.ok();
    server.stop().await;
    // The file is spoilt: a new key replaces the old one.
    std::fs::write(dir.join("api-key"), "not a key").unwrap();
    let server = Server::start(options(&dir), engine, no_image()).await.unwrap();
    assert_ne!(server.key, old);
    server.get("/api/sandbox").await.ok();
    server.with_key(&old).get("/api/sandbox").await.fails(401, "Invalid credentials");
    server.stop().await;
}
