//! A key of another organization, with every permission, against every route: what is not its own is not there.

use crate::auth::{filled, routes};
use crate::support::{Caller, Server, database};
use axum::body::Body;
use serde_json::json;
use sha2::{Digest, Sha256};

const PERMISSIONS: [&str; 3] = ["write:sandboxes", "delete:sandboxes", "manage:api_keys"];

/// A key that no route of a local server hands out.
async fn foreigner(server: &Server) -> Caller {
    let key = format!("dtn_{}", "5".repeat(64));
    let db = database(&server.dir).await;
    sqlx::query(
        "INSERT INTO api_keys (id, organization_id, name, hash, masked, permissions, created_at)
         VALUES ('foreign', '00000000-0000-4000-8000-00000000beef', 'foreign', ?, 'dtn', ?, 1)",
    )
    .bind(Sha256::digest(&key).to_vec())
    .bind(json!(PERMISSIONS).to_string())
    .execute(&db)
    .await
    .unwrap();
    db.close().await;
    server.with_key(&key)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_belongs_to_another_organization_is_not_there() {
    let (server, engine) = Server::fake_with(|options| options.warm_pool = Some(1)).await;
    server.wait_for_warm(1).await;
    let id = server.create(json!({"name": "ours", "labels": {"a": "b"}})).await;
    server.post("/api/api-keys", json!({"name": "nobody", "permissions": []})).await.ok();
    let before = server.get(&format!("/api/sandbox/{id}")).await.ok();
    let foreign = foreigner(&server).await;
    let mut asked = 0;
    for (method, path) in routes() {
        if !path.contains('{') {
            continue;
        }
        for named in [id.as_str(), "ours"] {
            let send = async |caller: &Caller, named: &str| {
                let body = if method == "POST" || method == "PUT" { r#"{"labels":{"x":"y"}}"# } else { "" };
                caller
                    .send(caller.request(&method, &filled(&path, named)).body(Body::from(body)).unwrap())
                    .await
            };
            let theirs = send(&foreign, named).await;
            assert_eq!(theirs.status, 404, "{method} {path} of {named}");
            // In the very words that are said of what never was.
            if method != "HEAD" && !path.contains("{name}") {
                let nothing = send(&foreign, "never-was").await;
                assert_eq!(
                    theirs.text("message").replace(named, "never-was"),
                    nothing.text("message"),
                    "{method} {path}"
                );
            }
            asked += 1;
        }
    }
    assert!(asked > 30, "{asked}");
    for path in ["/api/sandbox", "/api/sandbox/paginated"] {
        assert_eq!(foreign.get(path).await.ok()["items"], json!([]), "{path}");
    }
    assert_eq!(foreign.get("/api/workspace").await.ok(), json!([]));
    let keys = foreign.get("/api/api-keys").await.ok();
    assert_eq!(keys.as_array().unwrap().len(), 1, "{keys}");
    // It may have the same names, and is not given what is warm here.
    assert_ne!(foreign.create(json!({"name": "ours"})).await, id);
    foreign.post("/api/sandbox", json!({"id": id})).await.fails(409, &id);
    let mut after = server.get(&format!("/api/sandbox/{id}")).await.ok();
    for moving in ["updatedAt", "lastActivityAt"] {
        after[moving] = before[moving].clone();
    }
    assert_eq!(after, before);
    server.get("/api/api-keys/nobody").await.ok();
    drop(engine);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_ends_when_it_expires() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let body = json!({"name": "brief", "permissions": PERMISSIONS, "expiresAt": "2999-01-01T00:00:00Z"});
    let brief = server.with_key(&server.post("/api/api-keys", body).await.text("value"));
    brief.get(&format!("/api/sandbox/{id}")).await.ok();
    let db = database(&server.dir).await;
    sqlx::query("UPDATE api_keys SET expires_at = 1000 WHERE name = 'brief'").execute(&db).await.unwrap();
    db.close().await;
    for (method, path) in routes() {
        if crate::auth::PUBLIC.contains(&format!("{method} {path}").as_str()) {
            continue;
        }
        let request = brief.request(&method, &filled(&path, &id)).body(Body::empty()).unwrap();
        assert_eq!(brief.send(request).await.status, 401, "{method} {path}");
    }
    assert_eq!(server.state(&id).await, "started");
}
