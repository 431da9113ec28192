//! `GET /files/download`.

use crate::harness::{Toolbox, in_time};
use hyper::Request;
use std::os::unix::fs::symlink;

#[tokio::test]
async fn a_file_and_its_headers() {
    let toolbox = Toolbox::start().await;
    std::fs::write(toolbox.dir.join("a é.txt"), "content").expect("a file");
    let answer = toolbox.get("/files/download?path=a%20%C3%A9.txt").await;
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, &b"content"[..]));
    let expected = [
        ("content-type", "application/octet-stream"),
        ("content-length", "7"),
        ("content-disposition", "attachment; filename=\"a _.txt\"; filename*=utf-8''a%20%C3%A9.txt"),
        ("expires", "0"),
        ("cache-control", "must-revalidate"),
        ("pragma", "public"),
        ("accept-ranges", "bytes"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert!(answer.header("last-modified").ends_with("GMT"));
}

#[tokio::test]
async fn ranges_and_conditions() {
    let toolbox = Toolbox::start().await;
    std::fs::write(toolbox.dir.join("f"), "0123456789").expect("a file");
    let changed = toolbox.get("/files/download?path=f").await.header("last-modified").to_owned();
    let get = async |headers: &[(&str, &str)]| {
        let mut request = Request::get("/files/download?path=f").header("host", "x");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = toolbox.send(request.body(Default::default()).expect("a request")).await;
        (
            answer.status.as_u16(),
            String::from_utf8_lossy(&answer.body).into_owned(),
            answer.header("content-range").to_owned(),
        )
    };
    let whole = (200, "0123456789".to_owned(), String::new());
    let part = |text: &str, range: &str| (206, text.to_owned(), range.to_owned());
    assert_eq!(get(&[("range", "bytes=2-4")]).await, part("234", "bytes 2-4/10"));
    assert_eq!(get(&[("range", "bytes=7-")]).await, part("789", "bytes 7-9/10"));
    assert_eq!(get(&[("range", "bytes=-2")]).await, part("89", "bytes 8-9/10"));
    assert_eq!(get(&[("range", "bytes=10-")]).await, (416, String::new(), "bytes */10".to_owned()));
    assert_eq!(get(&[("range", "bytes=0-1,3-4")]).await, whole);
    assert_eq!(get(&[("range", "nonsense")]).await, whole);
    assert_eq!(get(&[("range", "bytes=2-4"), ("if-range", &changed)]).await, part("234", "bytes 2-4/10"));
    let past = "Thu, 01 Jan 1970 00:00:01 GMT";
    assert_eq!(get(&[("range", "bytes=2-4"), ("if-range", past)]).await, whole);
    assert_eq!(get(&[("if-modified-since", past)]).await, whole);
    assert_eq!(get(&[("if-modified-since", &changed)]).await, (304, String::new(), String::new()));
}

#[tokio::test]
async fn what_is_not_a_regular_file_is_refused_at_once() {
    let toolbox = Toolbox::start().await;
    toolbox.output("mkfifo fifo; mkdir folder").await;
    symlink("/dev/zero", toolbox.dir.join("zero")).expect("a link");
    symlink("loop", toolbox.dir.join("loop")).expect("a link");
    std::fs::write(toolbox.dir.join("plain"), "").expect("a file");
    let too_long = "n".repeat(300);
    let too_deep = "d/".repeat(3000);
    for path in [
        "fifo",
        "folder",
        "/dev/zero",
        "zero",
        "/dev/tty",
        "loop",
        "plain/x",
        "a%00b",
        "",
        &too_long,
        &too_deep,
    ] {
        let answer = in_time(toolbox.get(&format!("/files/download?path={path}"))).await;
        let message = answer.error(400, "INVALID_FILE_PATH");
        assert!(!message.contains("os error"), "{message}");
    }
    assert!(
        toolbox.get("/files/download?path=no/such").await.error(404, "FILE_NOT_FOUND").contains("no/such")
    );
    toolbox.get("/files/download").await.error(400, "INVALID_FILE_PATH");
    let socket = toolbox.socket.display();
    toolbox.get(&format!("/files/download?path={socket}")).await.error(400, "INVALID_FILE_PATH");
}

#[tokio::test]
async fn permissions_bind() {
    let toolbox = Toolbox::start_as_ordinary_user().await;
    toolbox.output("echo x > secret; chmod 000 secret").await;
    assert!(
        toolbox.get("/files/download?path=secret").await.error(403, "FILE_ACCESS_DENIED").contains("secret")
    );
}

#[tokio::test]
async fn files_that_hide_their_size_have_content() {
    let toolbox = Toolbox::start().await;
    let answer = toolbox.get("/files/download?path=/proc/version").await;
    assert!(answer.body.starts_with(b"Linux"), "{answer:?}");
    assert_eq!(answer.header("content-length"), answer.body.len().to_string());
}
