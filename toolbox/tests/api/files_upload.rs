//! `POST /files/upload-v2` and `/files/upload`.

use crate::harness::{Toolbox, encode, eventually, in_time};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

fn upload_v2(path: &str) -> String {
    format!("/files/upload-v2?path={}", encode(path))
}

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    std::fs::read(path).expect("a file")
}

/// A form with one field; the boundary is a fixed one.
pub(crate) fn form(path: &str, field: &str, content: &[u8]) -> Request<Full<Bytes>> {
    let head = format!("--B\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"x\"\r\n\r\n");
    let body = [head.as_bytes(), content, b"\r\n--B--\r\n"].concat();
    let request =
        Request::post(path).header("host", "x").header("content-type", "multipart/form-data; boundary=B");
    request.body(Full::new(body.into())).expect("a request")
}

#[tokio::test]
async fn bodies_and_forms_become_files() {
    let toolbox = Toolbox::start().await;
    let content: Vec<u8> = (0..3_000_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let answer = toolbox.post(&upload_v2("new/deep/raw.bin"), content.clone()).await;
    let path = toolbox.dir.join("new/deep/raw.bin");
    assert_eq!(answer.json(), serde_json::json!({"name": "raw.bin", "path": path, "type": "file"}));
    assert_eq!(read(&path), content);
    assert_eq!(toolbox.send(form(&upload_v2("form.bin"), "file", &content)).await.status, 200);
    assert_eq!(read(toolbox.dir.join("form.bin")), content);
    assert_eq!(toolbox.send(form("/files/upload?path=old.bin", "file", b"old route")).await.status, 200);
    assert_eq!(read(toolbox.dir.join("old.bin")), b"old route");
    assert_eq!(toolbox.post(&upload_v2("empty"), "").await.status, 200);
    assert_eq!(read(toolbox.dir.join("empty")), b"");
    let absolute = toolbox.dir.join("absolute");
    assert_eq!(toolbox.post(&upload_v2(absolute.to_str().expect("text")), "a").await.status, 200);
    assert_eq!(read(absolute), b"a");
}

#[tokio::test]
async fn odd_names_come_back() {
    let toolbox = Toolbox::start().await;
    let long = "é".repeat(127) + "x";
    let names = [
        "a\nb",
        "a\"b'c",
        "-rf",
        " ",
        "a+b&c=d?e#f%41",
        "日本 𝄞",
        ".hidden",
        "..a",
        "x;y",
        "\u{1}\u{7f}",
        &long,
    ];
    assert_eq!(long.len(), 255);
    for name in names {
        assert_eq!(toolbox.post(&upload_v2(name), name.to_owned()).await.status, 200, "{name:?}");
        assert_eq!(read(toolbox.dir.join(name)), name.as_bytes());
        let answer = toolbox.get(&format!("/files/download?path={}", encode(name))).await;
        assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, name.as_bytes()), "{name:?}");
    }
    assert_eq!(toolbox.names().len(), names.len(), "no hidden file is left");
    let plus = toolbox.post("/files/upload-v2?x=y&path=a+b%2Bc", "p").await;
    assert_eq!(plus.json()["name"], "a b+c");
}

#[tokio::test]
async fn paths_that_name_no_file_are_refused_with_a_reason() {
    let toolbox = Toolbox::start().await;
    std::fs::create_dir(toolbox.dir.join("folder")).expect("a folder");
    symlink("loop", toolbox.dir.join("loop")).expect("a link");
    toolbox.output("mkfifo fifo").await;
    std::fs::write(toolbox.dir.join("plain"), "p").expect("a file");
    let (too_long, too_deep) = ("n".repeat(256), "d/".repeat(3000) + "f");
    let cases = [
        "",
        "/",
        "folder",
        "folder/",
        "new/",
        "folder/.",
        "..",
        "a\0b",
        "loop",
        "fifo",
        "plain/x",
        "/dev/null",
        &too_long,
        &too_deep,
    ];
    for path in cases {
        let message = toolbox.post(&upload_v2(path), "x").await.error(400, "INVALID_FILE_PATH");
        assert!(!message.contains("os error"), "{message}");
    }
    for query in ["", "?path", "?other=1", "?path=%ff", "?path=%c3%28"] {
        toolbox.post(&format!("/files/upload-v2{query}"), "x").await.error(400, "INVALID_FILE_PATH");
    }
    toolbox.send(form(&upload_v2("new"), "other", b"x")).await.error(400, "INVALID_REQUEST_BODY");
    assert_eq!(toolbox.names(), ["fifo", "folder", "loop", "plain"]);
}

#[tokio::test]
async fn links_are_written_through_and_modes_kept() {
    let toolbox = Toolbox::start().await;
    let (real, dir) = (toolbox.dir.join("real"), toolbox.dir.join("dir"));
    std::fs::create_dir(&dir).expect("a folder");
    std::fs::write(&real, "old").expect("a file");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o750)).expect("permissions");
    symlink("../real", dir.join("one")).expect("a link");
    symlink("dir/one", toolbox.dir.join("two")).expect("a link");
    symlink("dir/not-yet", toolbox.dir.join("dangling")).expect("a link");
    assert_eq!(toolbox.post(&upload_v2("two"), "new").await.status, 200);
    assert_eq!(read(&real), b"new");
    assert_eq!(std::fs::metadata(&real).expect("metadata").mode() & 0o7777, 0o750);
    assert!(toolbox.dir.join("two").is_symlink() && dir.join("one").is_symlink());
    assert_eq!(toolbox.post(&upload_v2("dangling"), "made").await.status, 200);
    assert_eq!(read(dir.join("not-yet")), b"made");
    // A new file gets what the umask leaves, as from any program.
    let expected = toolbox.output("umask").await;
    let umask = u32::from_str_radix(expected.trim(), 8).expect("octal");
    assert_eq!(std::fs::metadata(dir.join("not-yet")).expect("metadata").mode() & 0o777, 0o666 & !umask);
}

#[tokio::test]
async fn permissions_bind() {
    let toolbox = Toolbox::start_as_ordinary_user().await;
    toolbox.output("echo old > read-only; chmod 444 read-only; mkdir closed; chmod 500 closed").await;
    for path in ["read-only", "closed/new", "/proc/version", "/etc/passwd"] {
        let message = toolbox.post(&upload_v2(path), "x").await.error(403, "FILE_ACCESS_DENIED");
        assert!(message.contains(path), "{message}");
    }
    assert_eq!(read(toolbox.dir.join("read-only")), b"old\n");
    assert_eq!(toolbox.names(), ["closed", "read-only"]);
}

#[tokio::test]
async fn an_interrupted_upload_leaves_the_old_file_and_nothing_else() {
    let toolbox = Toolbox::start().await;
    std::fs::write(toolbox.dir.join("file"), "old").expect("a file");
    let form_head = "--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n";
    let cases = [("application/octet-stream", ""), ("multipart/form-data; boundary=B", form_head)];
    for (content_type, start) in cases {
        let mut stream = UnixStream::connect(&toolbox.socket).await.expect("a connection");
        let head = format!(
            "POST /files/upload-v2?path=file HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}\r\n\
             content-length: 1000000\r\n\r\n{start}"
        );
        stream.write_all(&[head.as_bytes(), &[b'x'; 50_000]].concat()).await.expect("a part of a request");
        eventually("the upload has begun", async || toolbox.names().len() == 2).await;
        assert_eq!(read(toolbox.dir.join("file")), b"old");
        drop(stream);
        eventually("the upload is undone", async || toolbox.names() == ["file"]).await;
        assert_eq!(read(toolbox.dir.join("file")), b"old");
    }
    // A form that ends too early is as good as broken off.
    let cut = "--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhalf";
    let request = Request::post("/files/upload-v2?path=file").header("host", "x");
    let request =
        request.header("content-type", "multipart/form-data; boundary=B").body(Full::new(cut.into()));
    toolbox.send(request.expect("a request")).await.error(400, "INVALID_REQUEST_BODY");
    assert_eq!(toolbox.names(), ["file"]);
    assert_eq!(read(toolbox.dir.join("file")), b"old");
}

#[tokio::test]
async fn a_large_upload_takes_little_memory() {
    let toolbox = Toolbox::start().await;
    let content = Bytes::from(vec![7_u8; 128 << 20]);
    assert_eq!(toolbox.post(&upload_v2("large"), content.clone()).await.status, 200);
    assert_eq!(toolbox.send(form(&upload_v2("form"), "file", &content)).await.status, 200);
    assert_eq!(std::fs::metadata(toolbox.dir.join("large")).expect("metadata").len(), content.len() as u64);
    assert_eq!(std::fs::metadata(toolbox.dir.join("form")).expect("metadata").len(), content.len() as u64);
    let answer = toolbox.get("/files/download?path=large").await;
    assert!(answer.body == content, "what came back differs");
    assert!(toolbox.peak_memory() < 32 << 20, "{} MiB", toolbox.peak_memory() >> 20);
}

#[tokio::test]
async fn endless_part_headers_are_refused_early() {
    let toolbox = Toolbox::start().await;
    let body = [b"--B\r\nX: ".as_slice(), &vec![b'h'; 64 << 20]].concat();
    let request = Request::post("/files/upload-v2?path=file").header("host", "x");
    let request =
        request.header("content-type", "multipart/form-data; boundary=B").body(Full::new(body.into()));
    toolbox.send(request.expect("a request")).await.error(400, "INVALID_REQUEST_BODY");
    assert!(toolbox.peak_memory() < 32 << 20, "{} MiB", toolbox.peak_memory() >> 20);
}

#[tokio::test]
async fn a_connection_can_be_used_again_when_the_end_of_a_form_comes_late() {
    let toolbox = Toolbox::start().await;
    for (route, field) in [("bulk-upload", "files[0].file"), ("upload-v2?path=late", "file")] {
        let mut stream = UnixStream::connect(&toolbox.socket).await.expect("a connection");
        let form = format!(
            "--B\r\nContent-Disposition: form-data; name=\"files[0].path\"\r\n\r\nlate\r\n--B\r\n\
             Content-Disposition: form-data; name=\"{field}\"; filename=\"f\"\r\n\r\nx\r\n--B--\r\n"
        );
        let head = format!(
            "POST /files/{route} HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=B\r\n\
             transfer-encoding: chunked\r\n\r\n{:x}\r\n{form}\r\n",
            form.len()
        );
        stream.write_all(head.as_bytes()).await.expect("a form without the end of its body");
        eventually("the file is there", async || toolbox.names() == ["late"]).await;
        // Time enough for an answer that comes too early.
        for _ in 0..5 {
            toolbox.output("true").await;
        }
        stream.write_all(b"0\r\n\r\n").await.expect("the end");
        stream
            .write_all(b"GET /version HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
            .expect("more");
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.expect("two answers");
        assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
        std::fs::remove_file(toolbox.dir.join("late")).expect("removed");
    }
}

/// Sends the beginning of an upload without end to a place that cannot be written, and reads the refusal.
async fn refused_upload(toolbox: &Toolbox, route: &str, content_type: &str) -> UnixStream {
    let mut stream = UnixStream::connect(&toolbox.socket).await.expect("a connection");
    let head = format!(
        "POST /files/{route}?path=/proc/nope/z HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}\r\n\
         transfer-encoding: chunked\r\n\r\n4\r\n--B\r\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("the beginning");
    let mut answer = Vec::new();
    let reading = async {
        while !answer.ends_with(b"}") {
            stream.read_buf(&mut answer).await.expect("an answer");
        }
    };
    in_time(reading).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("/proc/nope/z"), "{answer}");
    stream
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_before_it_is_sent() {
    let toolbox = Toolbox::start().await;
    for content_type in ["application/octet-stream", "multipart/form-data; boundary=B"] {
        for route in ["upload", "upload-v2"] {
            // Who ends the body can use the connection again.
            let mut stream = refused_upload(&toolbox, route, content_type).await;
            let rest = "100000\r\n".to_owned() + &"x".repeat(1 << 20) + "\r\n0\r\n\r\n";
            let next = "GET /version HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
            stream.write_all((rest + next).as_bytes()).await.expect("the rest");
            let mut answer = String::new();
            in_time(stream.read_to_string(&mut answer)).await.expect("the next answer");
            assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");

            // Who does not, finds it closed.
            let mut stream = refused_upload(&toolbox, route, content_type).await;
            let piece = "100000\r\n".to_owned() + &"x".repeat(1 << 20) + "\r\n";
            in_time(async { while stream.write_all(piece.as_bytes()).await.is_ok() {} }).await;
        }
    }
}
