//! Who gets into a preview, by what, and from where.

use crate::preview::Link;
use crate::support::{Reply, Server, until};
use axum::body::Body;
use serde_json::json;
use std::collections::BTreeMap;

const PAGE: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// The paths and queries that let in: `?DAYTONA_SANDBOX_AUTH_KEY=token`.
fn with_query(path: &str, token: &str) -> String {
    let join = if path.contains('?') { '&' } else { '?' };
    format!("{path}{join}DAYTONA_SANDBOX_AUTH_KEY={token}")
}

/// What a browser does with answers: keeps cookies, sends them back, follows redirects by hand.
struct Browser<'a> {
    link: &'a Link,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    fn new(link: &'a Link) -> Self {
        Self { link, cookies: BTreeMap::new() }
    }

    /// Types an address.
    async fn go(&mut self, path: &str) -> Reply {
        let request = self.link.request("GET", path).header("accept", PAGE);
        self.send(request.header("sec-fetch-mode", "navigate")).await
    }

    async fn send(&mut self, mut request: http::request::Builder) -> Reply {
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        let reply = self.link.send(request).await;
        for cookie in reply.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        reply
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_preview_opens_to_its_own_token_only() {
    let (server, _engine) = Server::fake().await;
    let (id, other) = (server.create(json!({})).await, server.create(json!({})).await);
    let link = Link::of(&server, &id, 3000).await;
    let neighbours = [Link::of(&server, &id, 3001).await, Link::of(&server, &other, 3000).await];
    let revoked = server.post("/api/api-keys", json!({"name": "gone", "permissions": []})).await.ok();
    let revoked = revoked["value"].as_str().unwrap().to_owned();
    assert_eq!(server.delete("/api/api-keys/gone").await.status, 204);

    let mut wrong: Vec<String> = neighbours.iter().map(|link| link.token.clone()).collect();
    wrong.extend(["".into(), "x".into(), link.token[..67].to_owned(), format!("{}0", link.token), revoked]);
    wrong.push(format!("dtn_{}", &link.token[4..]));
    for token in wrong {
        for request in [
            link.request("GET", "/uri/x").header("x-daytona-preview-token", &token),
            link.request("GET", "/uri/x").header("authorization", format!("Bearer {token}")),
            link.request("GET", "/uri/x").header("cookie", format!("daytona-preview={token}")),
            link.request("GET", &with_query("/uri/x", &token)),
            link.request("GET", &with_query("/uri/x", &token)).header("accept", PAGE),
        ] {
            assert_eq!(link.send(request).await.status, 401, "{token}");
        }
    }
    let reply = link.send(link.request("GET", "/uri/x")).await;
    reply.fails(401, "get_preview_link(3000)");
    assert_eq!(reply.json()["source"], "DAYTONA_PROXY");
    assert_eq!(reply.headers["cache-control"], "no-store");

    for request in [
        link.request("GET", "/uri/x").header("x-daytona-preview-token", &link.token),
        link.request("GET", "/uri/x").header("authorization", format!("Bearer {}", link.token)),
        link.request("GET", "/uri/x").header("authorization", format!("Bearer {}", server.key)),
        link.request("GET", &with_query("/uri/x", &link.token)),
        link.request("POST", &with_query("/uri/x", &link.token)).header("accept", PAGE),
    ] {
        let reply = link.send(request).await;
        assert_eq!((reply.status.as_u16(), reply.bytes.as_slice()), (200, b"/uri/x".as_slice()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_signs_in_once_and_the_token_leaves_its_address_bar() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    let mut browser = Browser::new(&link);

    let refused = browser.go("/uri/x").await;
    let page = String::from_utf8(refused.bytes).unwrap();
    assert_eq!(refused.status, 401);
    assert!(page.contains("<form") && page.contains("DAYTONA_SANDBOX_AUTH_KEY"), "{page}");
    let policy = refused.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{policy}");

    let signed_in = browser.go(&with_query("//a%2Fb?x=1", &link.token)).await;
    assert_eq!(signed_in.status, 303);
    assert_eq!(signed_in.headers["location"], format!("{}//a%2Fb?x=1", link.visitor.base));
    assert_eq!(signed_in.headers["referrer-policy"], "no-referrer");
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain") && !cookie.contains(&link.token), "{cookie}");

    browser.cookies.insert("theirs".into(), "1".into());
    assert_eq!(browser.go("//a%2Fb?x=1").await.bytes, b"//a%2Fb?x=1");
    let seen = browser.go("/headers").await.ok();
    assert_eq!(seen["cookie"], "theirs=1", "{seen}");

    // The cookie is for this port only.
    for (id, port) in [(id.clone(), 3001), (server.create(json!({})).await, 3000)] {
        let elsewhere = Link::of(&server, &id, port).await;
        let mut browser = Browser { link: &elsewhere, cookies: browser.cookies.clone() };
        assert_eq!(browser.go("/uri/x").await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_other_origins_cannot_use_a_visitors_cookie() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    let neighbour = Link::of(&server, &id, 3001).await;
    let mut browser = Browser::new(&link);
    assert_eq!(browser.go(&with_query("/", &link.token)).await.status, 303);
    let own = link.visitor.base.clone();
    for (origin, status) in [
        (own.as_str(), 200),
        ("http://evil.example", 403),
        ("null", 403),
        (&server.base, 403),
        (&neighbour.visitor.base, 403),
        (&own.replace("http:", "https:"), 403),
    ] {
        let request = link.request("POST", "/uri/x").header("origin", origin);
        assert_eq!(browser.send(request).await.status, status, "{origin}");
        // WebSockets are not bound to an origin by the browser.
        let request = link.request("GET", "/socket").header("origin", origin);
        let request = request.header("connection", "upgrade").header("upgrade", "websocket");
        let wanted = if status == 200 { 101 } else { status };
        assert_eq!(browser.send(request).await.status, wanted, "{origin}");
    }
    // Whoever has the token may use it from anywhere.
    let request = link.allowed("POST", "/uri/x").header("origin", "http://evil.example");
    assert_eq!(link.send(request).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn public_is_open_to_all_and_private_again_at_once() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({"public": true})).await;
    let link = Link::of(&server, &id, 3000).await;
    let status = async || link.send(link.request("GET", "/uri/x")).await.status.as_u16();
    assert_eq!(status().await, 200);
    for (public, wanted) in [("false", 401), ("true", 200), ("false", 401)] {
        server.post(&format!("/api/sandbox/{id}/public/{public}"), json!({})).await.ok();
        assert_eq!(status().await, wanted);
    }
    // Credentials stay behind where none is needed, too.
    server.post(&format!("/api/sandbox/{id}/public/true"), json!({})).await.ok();
    let request = link
        .allowed("GET", &with_query("/headers", &link.token))
        .header("authorization", format!("Bearer {}", server.key))
        .header("cookie", format!("daytona-preview={}", link.token));
    let seen = link.send(request).await.ok().to_string();
    assert!(!seen.contains(&link.token) && !seen.contains(&server.key), "{seen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_answers_under_its_own_name_only() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({"public": true})).await;
    let link = Link::of(&server, &id, 3000).await;
    let port = link.authority().rsplit(':').next().unwrap().to_owned();
    let status = async |address: &str, host: &str| {
        let head = format!("GET /uri/x HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        crate::guard::raw(address, head.as_bytes()).await
    };
    assert_eq!(status(&link.authority(), &link.authority()).await, "HTTP/1.1 200 OK");
    let neighbour = Link::of(&server, &id, 3001).await.authority();
    for host in [
        "evil.example",
        &format!("evil.example:{port}"),
        &server.address(),
        &neighbour,
        &link.host().to_string(),
    ] {
        assert_eq!(status(&link.authority(), host).await, "HTTP/1.1 403 Forbidden", "{host}");
    }
    let two = format!("{}\r\nhost: evil.example", link.authority());
    assert_eq!(status(&link.authority(), &two).await, "HTTP/1.1 403 Forbidden");
    let none =
        crate::guard::raw(&link.authority(), b"GET /uri/x HTTP/1.1\r\nconnection: close\r\n\r\n").await;
    assert!(none.contains(" 403") || none.contains(" 400"), "{none}");
    let head = format!(
        "GET http://evil.example/uri/x HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        link.authority()
    );
    assert_eq!(crate::guard::raw(&link.authority(), head.as_bytes()).await, "HTTP/1.1 403 Forbidden");
    // Nor is the control plane there under a preview's name.
    assert_eq!(status(&server.address(), &link.authority()).await, "HTTP/1.1 403 Forbidden");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_a_preview_cannot_use_the_control_plane() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    let port = server.address().rsplit(':').next().unwrap().to_owned();
    for origin in [link.visitor.base.clone(), format!("http://3000-{id}.localhost:{port}")] {
        for (method, path) in [
            ("POST", "/api/sandbox".to_owned()),
            ("GET", format!("/api/sandbox/{id}/ports/3000/preview-url")),
            ("POST", format!("/toolbox/{id}/process/execute")),
        ] {
            let request = server.request(method, &path).header("origin", &origin);
            server.send(request.body(Body::from("{}")).unwrap()).await.fails(403, "another origin");
        }
    }
    assert_eq!(engine.count(), 1);
    // What a preview serves under the control plane's paths is the application's.
    assert_eq!(link.get("/api/sandbox").await.bytes, b"/api/sandbox");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browsers_may_use_a_name_instead_of_the_address() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let mut link = Link::of(&server, &id, 3000).await;
    let token = link.token.clone();
    // The name leads to this machine without being asked for.
    link.visitor = server.with_key("");
    let port = server.address().rsplit(':').next().unwrap().to_owned();
    let ask = async |host: &str, token: &str| {
        let request = link.request("GET", "/uri/x").header("host", host);
        link.send(request.header("x-daytona-preview-token", token)).await
    };
    assert_eq!(ask(&format!("3000-{id}.localhost:{port}"), &token).await.bytes, b"/uri/x");
    assert_eq!(ask(&format!("3000-{id}.LOCALHOST:{port}"), &token).await.bytes, b"/uri/x");
    for host in [format!("3001-{id}.localhost:{port}"), format!("3000-nobody.localhost:{port}")] {
        assert_eq!(ask(&host, &token).await.status, 401, "{host}");
    }
    for refused in [1, 22, 2999, 10_000, 22_223, 65_535] {
        let reply = ask(&format!("{refused}-{id}.localhost:{port}"), &token).await;
        reply.fails(400, "only 3000 to 9999 can");
    }
    // Signing in works the same.
    let host = format!("3000-{id}.localhost:{port}");
    let request = link.request("GET", &with_query("/uri/x", &token)).header("host", &host);
    let reply = link.send(request.header("accept", PAGE)).await;
    assert_eq!(reply.status, 303);
    assert_eq!(reply.headers["location"], format!("http://{host}/uri/x"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_link_lets_in_by_itself_until_it_ends() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    let api = format!("/api/sandbox/{id}/ports/3000/signed-preview-url");
    for bad in ["0", "86401", "-1", "x", "1.5"] {
        server.get(&format!("{api}?expiresInSeconds={bad}")).await.fails(400, "expiresInSeconds");
    }
    let signed = server.get(&api).await.ok();
    assert_eq!((&signed["sandboxId"], &signed["port"]), (&json!(id), &json!(3000)));
    let token = signed["token"].as_str().unwrap().to_owned();
    let path = signed["url"].as_str().unwrap().strip_prefix(&link.visitor.base).unwrap().to_owned();
    assert_eq!(link.send(link.request("GET", &path)).await.bytes, b"/");

    let mut browser = Browser::new(&link);
    assert_eq!(browser.go(&path).await.status, 303);
    assert_eq!(browser.go("/uri/x").await.status, 200);
    let neighbour = Link::of(&server, &id, 3001).await;
    assert_eq!(neighbour.send(neighbour.request("GET", &path)).await.status, 401);

    server.post(&format!("{api}/{token}x/expire"), json!({})).await.fails(404, "Invalid or expired token");
    assert_eq!(server.post(&format!("{api}/{token}/expire"), json!({})).await.status, 200);
    assert_eq!(link.send(link.request("GET", &path)).await.status, 401);
    assert_eq!(browser.go("/uri/x").await.status, 401);
    assert_eq!(link.get("/uri/x").await.status, 200);

    let brief = server.get(&format!("{api}?expiresInSeconds=1")).await.ok();
    let path = brief["url"].as_str().unwrap().strip_prefix(&link.visitor.base).unwrap().to_owned();
    until("it has expired", async || link.send(link.request("GET", &path)).await.status == 401).await;
}
