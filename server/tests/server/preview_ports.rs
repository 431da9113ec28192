//! The two ports with a link that are not an application's: the terminal's, which is a preview like others but
//! never public, and port 1, whose token is the sandbox's own way in for clients that can send no key.

use crate::preview::Link;
use crate::support::Server;
use axum::body::Body;
use serde_json::json;

/// `(sandbox, URL, token)` of port 1.
async fn toolbox_token(server: &Server, id: &str) -> (String, String) {
    let link = server.get(&format!("/api/sandbox/{id}/ports/1/preview-url")).await.ok();
    (link["url"].as_str().unwrap().to_owned(), link["token"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_terminal_has_a_link_and_stays_closed_in_a_public_sandbox() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({"public": true})).await;
    let (terminal, other) = (Link::of(&server, &id, 22222).await, Link::of(&server, &id, 3000).await);
    assert_eq!(other.send(other.request("GET", "/uri/x")).await.status, 200);
    assert_eq!(terminal.send(terminal.request("GET", "/uri/x")).await.status, 401);
    assert_eq!(terminal.get("/uri/x").await.bytes, b"/uri/x");
    assert_eq!(
        terminal
            .send(terminal.request("GET", "/").header("authorization", format!("Bearer {}", other.token)))
            .await
            .status,
        401
    );
    server.get(&format!("/api/sandbox/{id}/ports/22222/signed-preview-url")).await.ok();
    server.get(&format!("/api/workspace/{id}/ports/22222/preview-url")).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_of_port_1_opens_the_toolbox_of_its_sandbox_and_nothing_else() {
    let (server, engine) = Server::fake().await;
    let (id, other) = (server.create(json!({})).await, server.create(json!({})).await);
    let (url, token) = toolbox_token(&server, &id).await;
    assert_eq!(url, format!("{}/toolbox/{id}", server.base));
    let nobody = server.with_key("");
    let header = "x-daytona-preview-token";
    let send =
        async |request: http::request::Builder| nobody.send(request.body(Body::empty()).unwrap()).await;
    let query = |path: &str, token: &str| format!("{path}?a=1&DAYTONA_SANDBOX_AUTH_KEY={token}&b=2");

    let reply = send(nobody.request("GET", &format!("/toolbox/{id}/uri/x")).header(header, &token)).await;
    assert_eq!(reply.bytes, b"/uri/x");
    let reply = send(nobody.request("GET", &query(&format!("/toolbox/{id}/uri/x"), &token))).await;
    assert_eq!(reply.bytes, b"/uri/x?a=1&b=2");
    let request = nobody.request("GET", &query(&format!("/toolbox/{id}/headers"), &token));
    let seen = send(request.header(header, &token).header("authorization", "Bearer theirs")).await;
    assert!(seen.status.is_success() && !String::from_utf8_lossy(&seen.bytes).contains(&token));
    // A WebSocket, which is what it is for.
    let upgrade = nobody
        .request("GET", &query(&format!("/toolbox/{id}/socket"), &token))
        .header("connection", "upgrade")
        .header("upgrade", "websocket");
    assert_eq!(send(upgrade).await.status, 101);

    let (_, theirs) = toolbox_token(&server, &other).await;
    let preview = Link::of(&server, &id, 3000).await.token;
    let signed = server.get(&format!("/api/sandbox/{id}/ports/3000/signed-preview-url")).await.text("token");
    for wrong in [theirs, preview, signed, format!("{token}0"), String::new(), server.key.clone()] {
        for request in [
            nobody.request("GET", &format!("/toolbox/{id}/uri/x")).header(header, &wrong),
            nobody.request("GET", &query(&format!("/toolbox/{id}/uri/x"), &wrong)),
        ] {
            let reply = send(request).await;
            reply.fails(401, "unauthorized: ");
            assert_eq!(
                (reply.text("code"), reply.text("source")),
                ("UNAUTHORIZED".into(), "DAYTONA_PROXY".into())
            );
        }
    }
    // It is no key: not for the control plane, not for a preview, not for what is internal, not by another path.
    for path in [
        format!("/api/sandbox/{id}"),
        "/api/sandbox".to_owned(),
        format!("/api/toolbox/{id}/toolbox/uri/x"),
        format!("/toolbox/{other}/uri/x"),
        format!("/toolbox/%2e%2e%2ftoolbox%2f{other}/uri/x"),
    ] {
        assert_eq!(send(nobody.request("GET", &query(&path, &token))).await.status, 401, "{path}");
        let bearer = nobody.request("GET", &path).header("authorization", format!("Bearer {token}"));
        assert_eq!(send(bearer).await.status, 401, "{path}");
    }
    let internal =
        send(nobody.request("GET", &format!("/toolbox/{id}/internal/tcp/80")).header(header, &token));
    assert_eq!(internal.await.status, 404);
    let link = Link::of(&server, &id, 3000).await;
    assert_eq!(link.send(link.request("GET", "/").header(header, &token)).await.status, 401);

    // A later sandbox of the same id is another one.
    server.delete(&format!("/api/sandbox/{id}")).await.ok();
    server.wait_for(&id, "gone").await;
    let reply = send(nobody.request("GET", &format!("/toolbox/{id}/uri/x")).header(header, &token)).await;
    assert_eq!(reply.status, 401);
    server.create(json!({"id": id})).await;
    let reply = send(nobody.request("GET", &format!("/toolbox/{id}/uri/x")).header(header, &token)).await;
    assert_eq!(reply.status, 401);
    drop(engine);
}

/// It lets into the toolbox, so who may not go there with a key is not given it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_use_the_toolbox_gets_its_token() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let made = server.post("/api/api-keys", json!({"name": "reader", "permissions": []})).await.ok();
    let reader = server.with_key(made["value"].as_str().unwrap());
    reader.get(&format!("/api/sandbox/{id}/ports/3000/preview-url")).await.ok();
    for noun in ["sandbox", "workspace"] {
        let path = format!("/api/{noun}/{id}/ports/1/preview-url");
        reader.get(&path).await.fails(403, "Access denied");
        server.get(&path).await.ok();
    }
    server.get(&format!("/api/sandbox/{id}/ports/1/signed-preview-url")).await.fails(400, "Invalid port");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_kept_out_of_a_toolbox_is_told_in_the_proxys_words() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let path = format!("/toolbox/{id}/uri/x");
    let none = server.with_key("").get(&path).await;
    none.fails(
        401,
        "unauthorized: missing authentication: provide a preview access token (via header, query parameter, or \
         cookie) or use an API key or JWT",
    );
    for bad in ["dtn_x", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"] {
        server.with_key(bad).get(&path).await.fails(401, "unauthorized: authentication failed: ");
    }
    server.with_key("").get("/api/sandbox").await.fails(401, "Invalid credentials");
}
