//! Lists: what they hold, in which order, page by page.

use crate::support::{Server, database};
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
    let newest_first: Vec<String> = wanted.iter().rev().cloned().collect();
    for (query, expected) in [
        ("", Some(&newest_first)),
        ("sort=name", Some(&wanted)),
        ("sort=name&order=desc", Some(&newest_first)),
        ("sort=createdAt&order=asc", Some(&wanted)),
        ("sort=lastActivityAt&order=asc", Some(&wanted)),
        // All alike: whatever the order, each is there once.
        ("sort=state", None),
        ("sort=cpu&order=desc", None),
        ("sort=memoryGib", None),
        ("sort=diskGib&order=asc", None),
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
        if let Some(expected) = expected {
            assert_eq!(seen, *expected, "{query}");
        }
        seen.sort();
        assert_eq!(seen, wanted, "{query}");
    }
    let page = server.get("/api/sandbox/paginated?limit=10&page=3&sort=name&order=asc").await.ok();
    assert_eq!(names(&page), wanted[20..]);
    assert_eq!((&page["total"], &page["page"], &page["totalPages"]), (&json!(25), &json!(3), &json!(3)));
    // Numbered pages have an order of their own: newest first, and descending whatever they are sorted by.
    for query in ["", "sort=name", "sort=createdAt"] {
        let page = server.get(&format!("/api/sandbox/paginated?limit=25&{query}")).await.ok();
        assert_eq!(names(&page), newest_first, "{query}");
    }
}

/// Makes sandboxes of three sizes; their names say which.
async fn of_all_sizes(server: &Server) {
    for size in 1..=3 {
        // Not used since 1970, and not to be stopped for it.
        let body =
            json!({"name": format!("s{size}"), "memory": size, "disk": size + 1, "autoStopInterval": 0});
        server.create(body).await;
    }
}

/// A script that lists what is old and deletes it must not be given everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sizes_and_times_filter() {
    let (server, engine) = Server::fake().await;
    of_all_sizes(&server).await;
    // A running server knows of later use than the table would say.
    let dir = server.dir.clone();
    let _owned = server.stop().await;
    let db = database(&dir).await;
    for (size, created, used) in
        [(1, 1_000_000, 5_000_000), (2, 2_000_000, 9_000_000), (3, 3_000_000, 7_000_000)]
    {
        sqlx::query("UPDATE sandboxes SET created_at = ?, last_activity_at = ?, cpu = ? WHERE name = ?")
            .bind(created)
            .bind(used)
            .bind(size)
            .bind(format!("s{size}"))
            .execute(&db)
            .await
            .unwrap();
    }
    db.close().await;
    let mut again = crate::support::options(&dir);
    again.memory_limit = Some(1 << 50);
    let server = Server::start(again, engine, crate::support::no_image()).await.unwrap();
    let at = |millis: i64| {
        encoded(&format!(
            "1970-01-01T{:02}:{:02}:{:02}Z",
            millis / 3_600_000,
            millis / 60_000 % 60,
            millis / 1000 % 60
        ))
    };
    for path in ["/api/sandbox", "/api/sandbox/paginated"] {
        let list = async |query: &str| {
            let mut found = names(&server.get(&format!("{path}?{query}")).await.ok());
            found.sort();
            found.join(" ")
        };
        for (query, found) in [
            ("minCpu=2".to_owned(), "s2 s3"),
            ("maxCpu=2".to_owned(), "s1 s2"),
            ("minMemoryGiB=3".to_owned(), "s3"),
            ("maxMemoryGiB=1.5".to_owned(), "s1"),
            ("minDiskGiB=3&maxDiskGiB=3".to_owned(), "s2"),
            ("minCpu=100".to_owned(), ""),
            (format!("createdAtBefore={}", at(2_000_000)), "s1"),
            (format!("createdAtAfter={}", at(2_000_000)), "s3"),
            (format!("createdAtAfter={}&createdAtBefore={}", at(1_500_000), at(2_500_000)), "s2"),
            (format!("lastEventBefore={}", at(6_000_000)), "s1"),
            (format!("lastEventAfter={}", at(6_000_000)), "s2 s3"),
            // Two hours east of Greenwich.
            (format!("createdAtBefore={}", encoded("1970-01-01T02:33:20+02:00")), "s1"),
            (format!("autoDestroyAtAfter={}", at(0)), ""),
            (format!("autoDestroyAtBefore={}", at(9_000_000)), ""),
            ("isRecoverable=true".to_owned(), ""),
            ("isRecoverable=false".to_owned(), "s1 s2 s3"),
            ("sandboxClasses=linux-vm".to_owned(), ""),
            ("sandboxClasses=linux-vm&sandboxClasses=container".to_owned(), "s1 s2 s3"),
            // An empty value is no filter, however it is written.
            ("states=&snapshots=&regionIds=&regions=&sandboxClasses=".to_owned(), "s1 s2 s3"),
            ("minCpu=&createdAtBefore=&isRecoverable=".to_owned(), "s1 s2 s3"),
        ] {
            assert_eq!(list(&query).await, found, "{path}?{query}");
        }
        for bad in [
            "minCpu=0",
            "maxCpu=-1",
            "minMemoryGiB=much",
            "maxMemoryGiB=NaN",
            "minDiskGiB=inf",
            "createdAtBefore=yesterday",
            "createdAtAfter=1e9",
            "lastEventBefore=2024-13-01T00:00:00Z",
            "autoDestroyAtAfter=soon",
            "isRecoverable=maybe",
        ] {
            let field = bad.split('=').next().unwrap();
            server.get(&format!("{path}?{bad}")).await.fails(400, field);
        }
        let sorted = async |query: &str| names(&server.get(&format!("{path}?{query}")).await.ok()).join(" ");
        for field in ["cpu", "memoryGib", "diskGib", "createdAt"] {
            assert_eq!(sorted(&format!("sort={field}&order=asc")).await, "s1 s2 s3", "{field}");
            assert_eq!(sorted(&format!("sort={field}&order=desc")).await, "s3 s2 s1", "{field}");
        }
        assert_eq!(sorted("sort=lastActivityAt&order=asc").await, "s1 s3 s2");
    }
    // Use that is not written down yet counts.
    server.get("/toolbox/s1/uri/x").await;
    let early = format!("/api/sandbox?lastEventBefore={}", encoded("2001-01-01T00:00:00Z"));
    assert_eq!(names(&server.get(&early).await.ok()), ["s2", "s3"]);
    server.stop().await;
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
