//! Files both ways: whole or not at all, in any size, from and to anything.

use crate::support::{FaultServer, Reply, Request, client, toolbox};
use bytes::Bytes;
use daytona_core::{Error, ErrorCode, Upload};
use futures::{StreamExt, TryStreamExt};
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Far longer than anything here takes on a busy machine; only a hang reaches it.
const LONG: Duration = Duration::from_secs(30);

fn stored() -> Reply {
    Reply::json(200, &json!({"name": "f", "path": "/f", "type": "file"}))
}

/// Content no two pieces of which are alike.
fn content(length: usize) -> Bytes {
    (0..length).map(|index| (index % 251) as u8 ^ (index / 65_536) as u8).collect::<Vec<_>>().into()
}

fn file(bytes: &Bytes) -> Reply {
    Reply::Answer(200, vec![("content-type", "application/octet-stream".into())], bytes.to_vec())
}

#[tokio::test]
async fn uploads_arrive_as_they_are() {
    let folder = tempfile::tempdir().expect("tempdir");
    for length in [0, 1, 70_000, 3_000_001] {
        let bytes = content(length);
        let local = folder.path().join("source");
        std::fs::write(&local, &bytes).expect("writes");
        let pieces: Vec<_> = bytes.chunks(10_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        for upload in [
            Upload::Bytes(bytes.clone()),
            Upload::File(local.clone()),
            Upload::Stream(futures::stream::iter(pieces).boxed()),
        ] {
            let streamed = matches!(upload, Upload::Stream(_));
            let (server, sandbox) = toolbox(|_: &Request| stored()).await;
            sandbox.fs().upload("/tmp/a b&c", upload).await.expect("uploaded");
            let request = server.seen().pop().expect("a request");
            assert_eq!(request.line(), "POST /toolbox/box/files/upload-v2?path=%2Ftmp%2Fa+b%26c");
            assert_eq!(request.header("content-type"), Some("application/octet-stream"));
            assert_eq!(request.header("content-length").is_some(), !streamed, "{length}");
            assert!(request.body == bytes, "{length}");
        }
    }
}

#[tokio::test]
async fn a_local_file_that_cannot_be_read_costs_no_request() {
    let (server, sandbox) = toolbox(|_: &Request| stored()).await;
    let folder = tempfile::tempdir().expect("tempdir");
    let before = server.seen().len();
    for bad in [folder.path().join("absent"), folder.path().to_owned()] {
        let error = sandbox.fs().upload("/f", Upload::File(bad.clone())).await.expect_err("refused");
        assert_eq!(error.code(), ErrorCode::Validation);
        assert!(error.message().contains(&bad.display().to_string()), "{error}");
    }
    for path in ["", "a\0b"] {
        sandbox.fs().upload(path, Upload::Bytes(Bytes::new())).await.expect_err("refused");
        sandbox.fs().download(path).await.expect_err("refused");
    }
    assert_eq!(server.seen().len(), before);
}

#[tokio::test]
async fn a_stream_that_fails_fails_the_upload_with_its_own_error() {
    let (_server, sandbox) = toolbox(|_: &Request| stored()).await;
    let broken = Error::new(ErrorCode::Validation, "the reader broke");
    let pieces = futures::stream::iter([Ok(content(10)), Err(broken)]).boxed();
    let error = sandbox.fs().upload("/f", Upload::Stream(pieces)).await.expect_err("broken");
    assert_eq!((error.code(), error.message()), (ErrorCode::Validation, "the reader broke"));
}

#[tokio::test]
async fn what_the_server_refuses_is_not_sent_on() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/toolbox", proxy.local_addr().expect("an address"));
    let sandbox = json!({"id": "box", "name": "box", "state": "started", "toolboxProxyUrl": url});
    let server = FaultServer::start(move |_, _| Reply::json(200, &sandbox)).await;
    let fs = client(&server).get("box").await.expect("found").fs();
    // Neither source has an end. Who holds the other half of `asked` is asked for more.
    let (asked, source) = tokio::sync::oneshot::channel::<()>();
    let pieces = futures::stream::repeat_with(move || {
        let _ = &asked;
        Ok(content(10_000))
    });
    for upload in [Upload::Stream(pieces.boxed()), Upload::File("/dev/zero".into())] {
        let refusing = async {
            let (mut stream, _) = proxy.accept().await.expect("a connection");
            let mut buffer = vec![0; 1 << 20];
            assert!(stream.read(&mut buffer).await.expect("a request") > 0);
            let refusal = json!({"message": "no such folder", "code": "FILE_NOT_FOUND"}).to_string();
            let head = format!("HTTP/1.1 404 Test\r\ncontent-length: {}\r\n\r\n", refusal.len());
            stream.write_all((head + &refusal).as_bytes()).await.expect("answered");
            while !matches!(stream.read(&mut buffer).await, Ok(0) | Err(_)) {}
        };
        let both = async { tokio::join!(fs.upload("/proc/nope/z", upload), refusing) };
        let (outcome, ()) = tokio::time::timeout(LONG, both).await.expect("the client ends it");
        let error = outcome.expect_err("refused");
        assert_eq!((error.code(), error.status()), (ErrorCode::NotFound, Some(404)));
        assert!(error.message().contains("no such folder"), "{error}");
    }
    assert!(tokio::time::timeout(LONG, source).await.expect("given up").is_err());
}

#[tokio::test]
async fn a_full_sandbox_is_a_quota_error() {
    let (_server, sandbox) =
        toolbox(|_: &Request| Reply::json(507, &json!({"message": "no space left", "code": "NO_SPACE"})))
            .await;
    let error = sandbox.fs().upload("/f", Upload::Bytes(content(10))).await.expect_err("full");
    assert_eq!(error.code(), ErrorCode::Quota);
}

#[tokio::test]
async fn downloads_arrive_as_they_are() {
    let folder = tempfile::tempdir().expect("tempdir");
    for length in [0, 1, 70_000, 3_000_001] {
        let bytes = content(length);
        let sent = bytes.clone();
        let (server, sandbox) = toolbox(move |_: &Request| file(&sent)).await;
        assert!(sandbox.fs().download("/tmp/f").await.expect("downloaded") == bytes);
        assert_eq!(
            server.lines().last().map(String::as_str),
            Some("GET /toolbox/box/files/download?path=%2Ftmp%2Ff")
        );
        let stream = sandbox.fs().download_stream("/tmp/f").await.expect("opened");
        let pieces: Vec<Bytes> = stream.try_collect().await.expect("streamed");
        assert!(pieces.concat() == bytes);
        let local = folder.path().join("target");
        let size = sandbox.fs().download_to("/tmp/f", &local).await.expect("downloaded");
        assert_eq!(size, length as u64);
        assert!(std::fs::read(&local).expect("there") == bytes);
        assert_eq!(names(folder.path()), ["target"]);
    }
}

#[tokio::test]
async fn a_file_cut_short_is_an_error_and_leaves_what_was_there() {
    let folder = tempfile::tempdir().expect("tempdir");
    let local = folder.path().join("target");
    std::fs::write(&local, "before").expect("writes");
    let by_length = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    let by_chunks = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n";
    let by_close = b"HTTP/1.1 200 OK\r\n\r\nall or half, who knows";
    for cut in [by_length.as_slice(), by_chunks, by_close] {
        for reset in [false, true] {
            let (_server, sandbox) = toolbox(move |_: &Request| match reset {
                true => Reply::Reset(cut.to_vec()),
                false => Reply::Bytes(cut.to_vec()),
            })
            .await;
            sandbox.fs().download_to("/f", &local).await.expect_err("cut");
            sandbox.fs().download("/f").await.expect_err("cut");
            assert_eq!(std::fs::read_to_string(&local).expect("there"), "before");
            assert_eq!(names(folder.path()), ["target"]);
        }
    }
}

#[tokio::test]
async fn an_absent_file_is_not_found_and_touches_nothing() {
    let folder = tempfile::tempdir().expect("tempdir");
    let (_server, sandbox) = toolbox(|_: &Request| {
        Reply::json(404, &json!({"message": "no such file", "code": "FILE_NOT_FOUND"}))
    })
    .await;
    let error = sandbox.fs().download_to("/f", &folder.path().join("x")).await.expect_err("404");
    assert_eq!(error.code(), ErrorCode::NotFound);
    assert!(error.message().contains("/f") && error.message().contains("no such file"), "{error}");
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_a_validation_error() {
    let folder = tempfile::tempdir().expect("tempdir");
    let (server, sandbox) = toolbox(|_: &Request| file(&content(3))).await;
    let error = sandbox.fs().download_to("/f", folder.path()).await.expect_err("a folder");
    assert_eq!(error.code(), ErrorCode::Validation);
    assert_eq!(server.lines().len(), 1, "found out before asking");
    let error =
        sandbox.fs().download_to("/f", &folder.path().join("no/such/folder")).await.expect_err("no folder");
    assert_eq!(error.code(), ErrorCode::Validation);
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_followed_and_devices_survive() {
    let folder = tempfile::tempdir().expect("tempdir");
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    std::fs::write(&real, "before").expect("writes");
    std::os::unix::fs::symlink(&real, &link).expect("links");
    let (_server, sandbox) = toolbox(|_: &Request| file(&Bytes::from_static(b"after"))).await;
    sandbox.fs().download_to("/f", &link).await.expect("downloaded");
    assert_eq!(std::fs::read_to_string(&real).expect("there"), "after");
    assert!(link.is_symlink());

    assert_eq!(sandbox.fs().download_to("/f", Path::new("/dev/null")).await.expect("downloaded"), 5);
    let kind = std::fs::metadata("/dev/null").expect("there").file_type();
    assert!(std::os::unix::fs::FileTypeExt::is_char_device(&kind));
}

#[cfg(unix)]
#[tokio::test]
async fn a_local_file_that_is_replaced_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("tempdir");
    let (_server, sandbox) = toolbox(|_: &Request| file(&Bytes::from_static(b"after"))).await;
    let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o7777;
    let local = folder.path().join("target");
    for (before, after) in [(0o600, 0o600), (0o640, 0o640), (0o755, 0o755), (0o4755, 0o755)] {
        std::fs::write(&local, "before").expect("writes");
        std::fs::set_permissions(&local, std::fs::Permissions::from_mode(before)).expect("set");
        sandbox.fs().download_to("/f", &local).await.expect("downloaded");
        assert_eq!(mode(&local), after, "{before:o}");
    }
    // A new one has those of any new file.
    let (made, other) = (folder.path().join("made"), folder.path().join("other"));
    std::fs::write(&other, "").expect("writes");
    sandbox.fs().download_to("/f", &made).await.expect("downloaded");
    assert_eq!(mode(&made), mode(&other));
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("lists");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}
