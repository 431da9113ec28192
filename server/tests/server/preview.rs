//! Preview links and where they lead: one origin for each port, as long as the sandbox is there.

use crate::support::{Caller, Reply, Server, no_image, options, until};
use axum::body::Body;
use http::request::Builder;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::atomic::Ordering;

/// A link, and a visitor who follows it.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// Where: `base` is the link's URL. It has no key.
    pub(crate) visitor: Caller,
    pub(crate) token: String,
}

impl Link {
    pub(crate) async fn of(server: &Caller, id: &str, port: u16) -> Self {
        let path = format!("/api/sandbox/{id}/ports/{port}/preview-url");
        let link = server.get(&path).await.ok();
        assert_eq!(link["sandboxId"], id, "{link}");
        let mut visitor = server.with_key("");
        visitor.base = link["url"].as_str().unwrap().to_owned();
        Self { visitor, token: link["token"].as_str().unwrap().to_owned() }
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> String {
        self.visitor.address()
    }

    pub(crate) fn host(&self) -> Ipv4Addr {
        self.authority().split(':').next().unwrap().parse().unwrap()
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> Builder {
        self.visitor.request(method, path)
    }

    /// With the token.
    pub(crate) fn allowed(&self, method: &str, path: &str) -> Builder {
        self.request(method, path).header("x-daytona-preview-token", &self.token)
    }

    pub(crate) async fn send(&self, request: Builder) -> Reply {
        self.visitor.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(self.allowed("GET", path)).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_stays_the_same_and_each_port_has_its_own() {
    let (server, _engine) = Server::fake().await;
    let (one, two) = (server.create(json!({})).await, server.create(json!({})).await);
    let mut hosts = Vec::new();
    for (id, port) in [(&one, 3000), (&one, 3001), (&two, 3000)] {
        let link = Link::of(&server, id, port).await;
        let again = Link::of(&server, id, port).await;
        assert_eq!((&link.visitor.base, &link.token), (&again.visitor.base, &again.token));
        assert!(link.host().is_loopback() && link.token.len() >= 64, "{link:?}");
        assert_eq!(link.get("/uri/x").await.bytes, b"/uri/x");
        hosts.push(link.host());
    }
    hosts.sort();
    hosts.dedup();
    assert_eq!(hosts.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_ports_that_can_be_previewed_have_a_link() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    for port in
        ["0", "2", "22", "2280", "2999", "10000", "22223", "65535", "65536", "-1", "3000.5", "x", "%20"]
    {
        for kind in ["preview-url", "signed-preview-url"] {
            let reply = server.get(&format!("/api/sandbox/{id}/ports/{port}/{kind}")).await;
            reply.fails(400, "Invalid port");
        }
    }
    for port in ["3000", "9999"] {
        server.get(&format!("/api/sandbox/{id}/ports/{port}/preview-url")).await.ok();
    }
    server.get("/api/sandbox/nobody/ports/3000/preview-url").await.fails(404, "nobody");
}

/// Addresses somebody listens on at the port.
fn listening(port: u16) -> Vec<Ipv4Addr> {
    let table = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
    let six = std::fs::read_to_string("/proc/self/net/tcp6").unwrap_or_default();
    let wanted = format!(":{port:04X}");
    let listens = |line: &&str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields.len() > 3 && fields[1].ends_with(&wanted) && fields[3] == "0A"
    };
    // On all of IPv6, that is; other tests listen on ::1.
    let everywhere = format!("{:032X}{wanted}", 0);
    assert!(!six.lines().any(|line| listens(&line) && line.contains(&everywhere)), "{six}");
    let address = |line: &str| {
        let local = line.split_whitespace().nth(1).unwrap();
        Ipv4Addr::from(u32::from_str_radix(&local[..8], 16).unwrap().swap_bytes())
    };
    table.lines().filter(listens).map(address).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn previews_are_listened_for_on_loopback_and_until_the_sandbox_goes() {
    let (server, _engine) = Server::fake().await;
    let port: u16 = server.address().rsplit(':').next().unwrap().parse().unwrap();
    let (one, two) = (server.create(json!({})).await, server.create(json!({})).await);
    let gone = [Link::of(&server, &one, 3000).await, Link::of(&server, &one, 3001).await];
    let stays = Link::of(&server, &two, 3000).await;
    let open = listening(port);
    assert_eq!(open.len(), 4, "{open:?}");
    assert!(open.iter().all(Ipv4Addr::is_loopback), "{open:?}");
    server.delete(&format!("/api/sandbox/{one}")).await.ok();
    server.wait_for(&one, "gone").await;
    until("its listeners are gone", async || listening(port).len() == 2).await;
    for link in gone {
        assert!(!listening(port).contains(&link.host()));
    }
    assert_eq!(stays.get("/uri/x").await.status, 200);
    server.get(&format!("/api/sandbox/{one}/ports/3000/preview-url")).await.fails(404, &one);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_that_has_the_id_of_an_earlier_one_has_nothing_else_of_it() {
    let (server, _engine) = Server::fake().await;
    server.create(json!({"id": "same"})).await;
    let earlier = Link::of(&server, "same", 3000).await;
    server.delete("/api/sandbox/same").await.ok();
    server.wait_for("same", "gone").await;
    server.create(json!({"id": "same"})).await;
    let later = Link::of(&server, "same", 3000).await;
    assert_ne!(earlier.host(), later.host());
    let request = later.request("GET", "/uri/x").header("x-daytona-preview-token", &earlier.token);
    assert_eq!(later.send(request).await.status, 401);
    assert_eq!(later.get("/uri/x").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_outlive_a_restart_of_the_server() {
    // Below the ports the kernel hands out, so that nobody else gets it while no server has it.
    let port =
        (20_000..32_000).find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap();
    let (server, engine) = Server::fake_with(|options| options.port = port).await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    let dir = server.dir.clone();
    let owned = server.stop().await;
    assert!(std::net::TcpStream::connect(link.authority()).is_err());
    let mut options = options(&dir);
    options.port = port;
    options.memory_limit = Some(1 << 50);
    let server = Server::start(options, engine, no_image()).await.unwrap();
    // Without asking for the link again.
    assert_eq!(link.get("/uri/x").await.bytes, b"/uri/x");
    let again = Link::of(&server, &id, 3000).await;
    assert_eq!((again.visitor.base, again.token), (link.visitor.base.clone(), link.token.clone()));
    server.stop().await;
    drop(owned);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_that_does_not_run_says_so() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    server.post(&format!("/api/sandbox/{id}/stop"), json!({})).await.ok();
    server.wait_for(&id, "stopped").await;
    link.get("/uri/x").await.fails(400, &format!("sandbox {id} is stopped. Is the Sandbox started?"));
    // Not told to just anyone.
    assert_eq!(link.send(link.request("GET", "/uri/x")).await.status, 401);
    // A link can be had before.
    assert_eq!(Link::of(&server, &id, 3000).await.visitor.base, link.visitor.base);
    server.post(&format!("/api/sandbox/{id}/start"), json!({})).await.ok();
    assert_eq!(link.get("/uri/x").await.bytes, b"/uri/x");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visit_is_activity_unless_it_says_otherwise() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    let path = format!("/api/sandbox/{id}");
    let last = async || server.get(&path).await.text("lastActivityAt");
    let before = last().await;
    let silent = link.allowed("GET", "/uri/x").header("x-daytona-skip-last-activity-update", "true");
    assert_eq!(link.send(silent).await.status, 200);
    assert_eq!(last().await, before);
    until("a visit is noted", async || {
        assert_eq!(link.get("/uri/x").await.status, 200);
        last().await > before
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_previews_than_there_are_addresses_for_are_served_by_name() {
    let (server, engine) = Server::fake().await;
    let id = server.create(json!({"id": "many"})).await;
    let link = async |port: u16| -> Value {
        server.get(&format!("/api/sandbox/{id}/ports/{port}/preview-url")).await.ok()
    };
    for port in 3000..4024 {
        let url = link(port).await["url"].as_str().unwrap().to_owned();
        assert!(url.starts_with("http://127."), "{url}");
    }
    let last = link(5000).await;
    let server_port = server.address().rsplit(':').next().unwrap().to_owned();
    assert_eq!(last["url"], format!("http://5000-many.localhost:{server_port}"));
    // So many listeners leave room for connections.
    let first = Link::of(&server, &id, 3000).await;
    let visits: Vec<_> = (0..8)
        .map(|_| {
            let visit = first.allowed("GET", "/hang").body(Body::empty()).unwrap();
            tokio::spawn(first.visitor.http.request(visit))
        })
        .collect();
    until("all are served", async || engine.seen.hanging.load(Ordering::SeqCst) == visits.len()).await;
    visits.iter().for_each(tokio::task::JoinHandle::abort);
    server.delete("/api/sandbox/many").await.ok();
    server.wait_for("many", "gone").await;
    let port: u16 = server_port.parse().unwrap();
    until("all are given back", async || listening(port).len() == 1).await;
}

/// Every file below a folder.
fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_is_kept_anywhere() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({})).await;
    let link = Link::of(&server, &id, 3000).await;
    link.get("/uri/x").await;
    let signed = server.get(&format!("/api/sandbox/{id}/ports/3000/signed-preview-url")).await.ok();
    let signed = signed["token"].as_str().unwrap().to_owned();
    let path = format!("/api/sandbox/{id}/ports/3000/signed-preview-url/{signed}/expire");
    assert_eq!(server.post(&path, json!({})).await.status, 200);
    let mut seen = 0;
    for path in files(&server.dir) {
        let Ok(content) = std::fs::read(&path) else { continue };
        let content = String::from_utf8_lossy(&content);
        for secret in [&link.token[4..], &signed[signed.len() - 64..]] {
            assert!(!content.contains(secret), "{}", path.display());
        }
        seen += 1;
    }
    assert!(seen > 2);
}
