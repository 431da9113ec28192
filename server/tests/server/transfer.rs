//! Large files through a real server process, in bounded memory.

use crate::crash::{ChildServer, DataDir};
use axum::body::{Body, Bytes};
use futures::StreamExt;
use http_body_util::BodyExt;
use serde_json::json;

const SIZE: usize = 192 << 20;
/// What the server process may grow by meanwhile.
const ROOM: u64 = 32 << 20;

/// The most memory a process ever had, in bytes.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_crosses_in_bounded_memory() {
    let data = DataDir::new();
    let server = ChildServer::start(&data.path(), 0).await;
    let caller = &server.caller;
    let id = caller.create(json!({"disk": 1})).await;
    caller.exec(&id, "true").await;
    let before = peak(server.pid());

    let block = Bytes::from((0..1_u32 << 20).map(|number| (number % 251) as u8).collect::<Vec<u8>>());
    let blocks = futures::stream::repeat(block.clone()).take(SIZE >> 20);
    let body = Body::from_stream(blocks.map(Ok::<_, std::convert::Infallible>));
    let upload = caller.request("POST", &format!("/toolbox/{id}/files/upload-v2?path=large"));
    let upload = upload.header("content-type", "application/octet-stream").body(body).unwrap();
    let reply = caller.send(upload).await;
    assert!(reply.status.is_success(), "{} {}", reply.status, String::from_utf8_lossy(&reply.bytes));

    let download = caller.request("GET", &format!("/toolbox/{id}/files/download?path=large"));
    let response = caller.http.request(download.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    let mut total = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.unwrap().into_data() else { continue };
        assert_eq!(piece[0], block[total % block.len()], "at {total}");
        total += piece.len();
    }
    assert_eq!(total, SIZE);
    let grown = peak(server.pid()).saturating_sub(before);
    assert!(grown < ROOM, "the server grew by {} MiB for a file of {} MiB", grown >> 20, SIZE >> 20);

    caller.delete(&format!("/api/sandbox/{id}")).await.ok();
    caller.wait_for(&id, "gone").await;
    server.terminate();
}
