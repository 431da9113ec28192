//! Lists: what they hold, in which order, page by page.

use crate::support::Server;
use serde_json::{Value, json};

fn names(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_add_up() {
    let (server, _engine) = Server::fake_with(|options| options.warm_pool = Some(2)).await;
    for (id, name, labels) in [
        ("alpha-1", "Web_One", json!({"env": "dev", "team": "a"})),
        ("alpha-2", "web two", json!({"env": "dev", "team": "b"})),
        ("beta-1", "job", json!({"env": "prod", "dotted.key": "x", "quote\"": "'"})),
    ] {
        server.create(json!({"id": id, "name": name, "labels": labels})).await;
    }
    let list = async |query: &str| {
        let mut found = names(&server.get(&format!("/api/sandbox?{query}")).await.ok());
        found.sort();
        found
    };
    assert_eq!(list("").await, ["Web_One", "job", "web two"]);
    assert_eq!(list("id=ALPHA").await, ["Web_One", "web two"]);
    assert_eq!(list("name=WEB_").await, ["Web_One"]);
    assert_eq!(list("name=%25").await, Vec::<String>::new());
    let labels = |labels: Value| format!("labels={}", encoded(&labels.to_string()));
    assert_eq!(list(&labels(json!({"env": "dev"}))).await, ["Web_One", "web two"]);
    assert_eq!(list(&labels(json!({"env": "dev", "team": "b"}))).await, ["web two"]);
    assert_eq!(list(&labels(json!({"dotted.key": "x"}))).await, ["job"]);
    assert_eq!(list(&labels(json!({"quote\"": "'"}))).await, ["job"]);
    assert_eq!(list(&labels(json!({"env": "x' OR 1=1 --"}))).await, Vec::<String>::new());
    assert_eq!(list(&labels(json!({}))).await.len(), 3);
    assert_eq!(list("states=started&snapshots=host&regionIds=local").await.len(), 3);
    assert_eq!(list("states[]=stopped&states[]=error").await, Vec::<String>::new());
    server.post("/api/sandbox/job/public/true", json!({})).await.ok();
    assert_eq!(list("isPublic=true").await, ["job"]);
    server.post("/api/sandbox/job/stop", json!({})).await.ok();
    server.wait_for("job", "stopped").await;
    assert_eq!(list("states=stopped").await, ["job"]);
    assert_eq!(list(&format!("id=alpha&{}", labels(json!({"team": "a"})))).await, ["Web_One"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_hold_everything_once() {
    let (server, _engine) = Server::fake().await;
    let mut wanted = Vec::new();
    for number in 0..25 {
        let name = format!("s{number:02}");
        server.create(json!({"name": name})).await;
        wanted.push(name);
    }
    for (query, reversed) in [
        ("", true),
        ("sort=name&order=asc", false),
        ("sort=createdAt&order=asc", false),
        ("sort=state", true),
    ] {
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        for _ in 0..10 {
            let at = cursor.map(|cursor| format!("&cursor={}", encoded(&cursor))).unwrap_or_default();
            let page = server.get(&format!("/api/sandbox?limit=7&{query}{at}")).await.ok();
            seen.extend(names(&page));
            assert!(page.as_object().unwrap().contains_key("nextCursor"));
            cursor = page["nextCursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 25, "{query}: {seen:?}");
        let mut sorted = seen.clone();
        sorted.sort();
        assert_eq!(sorted, wanted, "{query}");
        if query.contains("name") {
            assert_eq!(seen, wanted);
        }
        if query.is_empty() {
            assert!(reversed && seen[0] == "s24", "last used first: {seen:?}");
        }
    }
    let page = server.get("/api/sandbox/paginated?limit=10&page=3&sort=name&order=asc").await.ok();
    assert_eq!(names(&page), wanted[20..]);
    assert_eq!((&page["total"], &page["page"], &page["totalPages"]), (&json!(25), &json!(3), &json!(3)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_accepted_wherever_an_id_goes() {
    let (server, _engine) = Server::fake().await;
    let id = server.create(json!({"name": "my box"})).await;
    let path = "/api/sandbox/my%20box";
    assert_eq!(server.get(path).await.ok()["id"], id.as_str());
    let labelled = server.put(&format!("{path}/labels"), json!({"labels": {"x": "y"}})).await.ok();
    assert_eq!(labelled["labels"], json!({"x": "y"}));
    assert_eq!(labelled["id"], id.as_str());
    server.post(&format!("{path}/autostop/0"), json!({})).await.ok();
    server.post(&format!("{path}/autoarchive/0"), json!({})).await.ok();
    server.post(&format!("{path}/autodelete/30"), json!({})).await.ok();
    assert_eq!(server.post(&format!("{path}/last-activity"), json!({})).await.status, 201);
    let url = server.get(&format!("{path}/toolbox-proxy-url")).await.text("url");
    assert_eq!(url, format!("{}/toolbox", server.base));
    let now = server.get(&format!("/api/sandbox/{id}")).await.ok();
    assert_eq!(now["autoStopInterval"], 0.0);
    assert_eq!(now["autoArchiveInterval"], 43_200.0);
    assert_eq!(now["autoDeleteInterval"], 30.0);
    assert_eq!(server.get("/toolbox/my%20box/uri/x?y=%20").await.bytes, b"/uri/x?y=%20");
    // An id wins over another sandbox's name.
    let other = server.create(json!({"name": id})).await;
    assert_eq!(server.get(&format!("/api/sandbox/{id}")).await.ok()["id"], id.as_str());
    assert_ne!(other, id);
    server.delete(path).await.ok();
    assert_eq!(server.get(path).await.status, 404);
}
