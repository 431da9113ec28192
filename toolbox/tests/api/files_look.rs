//! `GET /files`, `/files/info`, `/files/search`, `/files/find`.

use crate::harness::{Toolbox, encode, eventually};
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

fn write(dir: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, content).expect("a file");
}

async fn list(toolbox: &Toolbox, query: &str) -> Vec<Value> {
    let answer = toolbox.get(&format!("/files{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json().as_array().expect("a list").clone()
}

fn names(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["name"].as_str().expect("a name")).collect()
}

async fn search(toolbox: &Toolbox, path: &str, pattern: &str) -> Value {
    let query = format!("/files/search?path={}&pattern={}", encode(path), encode(pattern));
    toolbox.get(&query).await.json()["files"].take()
}

async fn find(toolbox: &Toolbox, path: &str, pattern: &str) -> Value {
    toolbox.get(&format!("/files/find?path={}&pattern={}", encode(path), encode(pattern))).await.json()
}

#[tokio::test]
async fn info_has_the_published_form() {
    let toolbox = Toolbox::start().await;
    toolbox.output("echo hello > f; chmod 4640 f; touch -d '2024-02-03 04:05:06.5 UTC' f; mkdir d; chmod 1755 d; ln -s f l; mkfifo p").await;
    let info = toolbox.get("/files/info?path=f").await.json();
    let uid = rustix::process::getuid().as_raw().to_string();
    let gid = rustix::process::getgid().as_raw().to_string();
    let path = toolbox.dir.join("f").to_str().expect("text").to_owned();
    let expected = json!({
        "name": "f", "isDir": false, "size": 6, "mode": "urw-r-----", "permissions": "0640",
        "modTime": "2024-02-03 04:05:06.5 +0000 UTC", "modifiedAt": "2024-02-03T04:05:06.5Z",
        "owner": uid, "group": gid, "path": path,
    });
    assert_eq!(info, expected);
    let of = async |path: &str| toolbox.get(&format!("/files/info?path={path}")).await.json();
    assert_eq!(of("d/").await["mode"], "dtrwxr-xr-x");
    assert_eq!(of("p").await["mode"], "prw-r--r--");
    assert_eq!(of("/dev/null").await["mode"], "Dcrw-rw-rw-");
    assert_eq!(
        (&of("l").await["name"], &of("l").await["size"]),
        (&json!("l"), &json!(6)),
        "links are followed"
    );
    toolbox.get("/files/info?path=none").await.error(404, "FILE_NOT_FOUND");
    toolbox.get("/files/info?path=f/x").await.error(400, "INVALID_FILE_PATH");
    toolbox.get("/files/info?path=").await.error(400, "INVALID_FILE_PATH");
    toolbox.get("/files/info").await.error(400, "INVALID_FILE_PATH");
    let long = "x".repeat(256);
    toolbox.get(&format!("/files/info?path={long}")).await.error(400, "INVALID_FILE_PATH");
}

#[tokio::test]
async fn folders_are_listed_in_order_whatever_the_names() {
    let toolbox = Toolbox::start().await;
    let long = "l".repeat(255);
    for name in ["b", "a b", "\"q'", "new\nline", "日本", ".hidden", &long] {
        write(&toolbox.dir, name, "x");
    }
    std::fs::write(toolbox.dir.join(OsStr::from_bytes(b"z\xff")), "x").expect("a file");
    symlink("nowhere", toolbox.dir.join("broken")).expect("a link");
    let entries = list(&toolbox, "").await;
    let expected = ["\"q'", ".hidden", "a b", "b", "broken", &long, "new\nline", "z\u{FFFD}", "日本"];
    assert_eq!(names(&entries), expected);
    assert_eq!(entries[4]["mode"], "Lrwxrwxrwx");
    assert_eq!(names(&list(&toolbox, "?path=.").await), expected);
    assert_eq!(list(&toolbox, "?path=").await, entries);
    write(&toolbox.dir, "b2/file", "");
    assert!(list(&toolbox, "?path=b2").await[0]["path"].as_str().expect("a path").ends_with("/work/b2/file"));
    toolbox.get("/files?path=none").await.error(404, "FILE_NOT_FOUND");
    toolbox.get("/files?path=b").await.error(400, "INVALID_FILE_PATH");
    toolbox.get("/files?path=%FF").await.error(400, "INVALID_FILE_PATH");
}

#[tokio::test]
async fn listings_go_as_deep_as_asked_and_never_in_circles() {
    let toolbox = Toolbox::start().await;
    write(&toolbox.dir, "a/b/c", "");
    symlink("..", toolbox.dir.join("a/up")).expect("a link");
    symlink("self", toolbox.dir.join("self")).expect("a link");
    assert_eq!(names(&list(&toolbox, "").await), ["a", "self"]);
    assert_eq!(names(&list(&toolbox, "?depth=2").await), ["a", "b", "up", "self"]);
    assert_eq!(names(&list(&toolbox, "?depth=99").await), ["a", "b", "c", "up", "self"]);
    for depth in ["0", "-1", "x", "1.5"] {
        toolbox.get(&format!("/files?depth={depth}")).await.error(400, "BAD_REQUEST");
    }
    assert_eq!(search(&toolbox, ".", "c").await, json!(["a/b/c"]));
    assert_eq!(search(&toolbox, "self", "*").await, Value::Null);
}

#[tokio::test]
async fn ten_thousand_files_take_little_memory() {
    let toolbox = Toolbox::start().await;
    for i in 0..10_000 {
        std::fs::write(toolbox.dir.join(format!("{i:05}-{}", "n".repeat(200))), "needle\n").expect("a file");
    }
    assert_eq!(list(&toolbox, "").await.len(), 10_000);
    assert_eq!(search(&toolbox, ".", "0*").await.as_array().expect("a list").len(), 10_000);
    assert_eq!(find(&toolbox, ".", "needle").await.as_array().expect("a list").len(), 10_000);
    assert!(toolbox.peak_memory() < 32 << 20, "{} MiB", toolbox.peak_memory() >> 20);
    assert_eq!(toolbox.ask("DELETE", "/files?path=.&recursive=true").await.status, 204);
}

#[tokio::test]
async fn what_may_not_be_read_is_passed_over() {
    let toolbox = Toolbox::start_as_ordinary_user().await;
    toolbox
        .output("mkdir closed open; echo needle | tee closed/f open/f open/g; chmod 0 closed open/f")
        .await;
    assert_eq!(names(&list(&toolbox, "?depth=9").await), ["closed", "open", "f", "g"]);
    assert_eq!(
        find(&toolbox, ".", "needle").await,
        json!([{"file": "open/g", "line": 1, "content": "needle"}])
    );
    assert_eq!(search(&toolbox, ".", "f").await, json!(["open/f"]));
    for route in ["/files?path=closed", "/files/info?path=closed/f", "/files/find?path=closed&pattern=x"] {
        toolbox.get(route).await.error(403, "FILE_ACCESS_DENIED");
    }
    toolbox.output("chmod 700 closed").await;
}

#[tokio::test]
async fn search_matches_base_names_by_glob() {
    let toolbox = Toolbox::start().await;
    for name in ["src/a.py", "src/b.py", "src/deep/c.py", "src/[x].py", "src/dir.py/d", "src/new\nline"] {
        write(&toolbox.dir, name, "");
    }
    let cases = [
        ("src", "*.py", json!(["src/[x].py", "src/a.py", "src/b.py", "src/deep/c.py", "src/dir.py"])),
        ("src", "?.py", json!(["src/a.py", "src/b.py", "src/deep/c.py"])),
        ("src/", "[ab].py", json!(["src/a.py", "src/b.py"])),
        ("src", "[^a]*.py", json!(["src/[x].py", "src/b.py", "src/deep/c.py", "src/dir.py"])),
        ("./src", "\\[x\\].py", json!(["src/[x].py"])),
        ("src", "src", json!(["src"])),
        ("src", "new*", json!(["src/new\nline"])),
        ("src/a.py", "a.py", json!(["src/a.py"])),
        ("src", "none", json!([])),
    ];
    for (path, pattern, expected) in cases {
        assert_eq!(search(&toolbox, path, pattern).await, expected, "{path} {pattern}");
    }
    let absolute = toolbox.dir.join("src").to_str().expect("text").to_owned();
    assert_eq!(search(&toolbox, &absolute, "a.py").await, json!([format!("{absolute}/a.py")]));
    toolbox.get("/files/search?path=src&pattern=%5Bx").await.error(400, "BAD_REQUEST");
    toolbox.get("/files/search?path=src&pattern=").await.error(400, "BAD_REQUEST");
    toolbox.get("/files/search?path=src").await.error(400, "BAD_REQUEST");
    toolbox.get("/files/search?path=none&pattern=x").await.error(404, "FILE_NOT_FOUND");
    toolbox
        .get(&format!("/files/search?path=.&pattern={}", "a".repeat(2000)))
        .await
        .error(400, "BAD_REQUEST");
}

#[tokio::test]
async fn find_reads_text_and_nothing_else() {
    let toolbox = Toolbox::start().await;
    let dir = &toolbox.dir;
    write(dir, "t/crlf", "one\r\nneedle two\r\nneedle");
    write(dir, "t/binary", [b"needle".as_slice(), &[0], b"\nneedle\n"].concat());
    write(dir, "t/late-nul", [b"needle\n".as_slice(), &[b'x'; 600], &[0], b"\nneedle\n"].concat());
    write(dir, "t/latin", b"caf\xe9 needle\n");
    write(dir, "t/long", [b"needle\n".as_slice(), &[b'x'; 70_000], b"\nneedle\n"].concat());
    write(dir, "t/regex", "a.c\nabc\n");
    symlink("crlf", dir.join("t/link")).expect("a link");
    symlink(".", dir.join("t/loop")).expect("a link");
    toolbox.output("mkfifo t/fifo").await;
    let hit = |file: &str, line: u64, content: &str| json!({"file": file, "line": line, "content": content});
    let expected = json!([
        hit("t/crlf", 2, "needle two"),
        hit("t/crlf", 3, "needle"),
        hit("t/late-nul", 1, "needle"),
        hit("t/late-nul", 3, "needle"),
        hit("t/latin", 1, "caf\u{FFFD} needle"),
        hit("t/link", 2, "needle two"),
        hit("t/link", 3, "needle"),
        hit("t/long", 1, "needle"),
    ]);
    assert_eq!(find(&toolbox, "t", "needle").await, expected);
    assert_eq!(find(&toolbox, "t/regex", "a.c").await, json!([hit("t/regex", 1, "a.c")]), "no regex");
    toolbox.get("/files/find?path=t&pattern=").await.error(400, "BAD_REQUEST");
    toolbox.get("/files/find?path=none&pattern=x").await.error(404, "FILE_NOT_FOUND");
}

#[tokio::test]
async fn a_client_that_leaves_ends_the_search_it_began() {
    let toolbox = Toolbox::start().await;
    // Each of these would need a file thread for ever if leaving did not end it.
    write(&toolbox.dir, "f", "needle\n".repeat(1 << 20));
    for _ in 0..20 {
        let mut stream = UnixStream::connect(&toolbox.socket).await.expect("a connection");
        stream
            .write_all(b"GET /files/find?path=.&pattern=needle HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .expect("a request");
        let mut head = [0; 1024];
        stream.read_exact(&mut head).await.expect("the beginning");
    }
    eventually("threads are free again", async || toolbox.get("/files/info?path=f").await.status == 200)
        .await;
    assert_eq!(find(&toolbox, "f", "none").await, json!([]));
}
