//! `/process/session/{id}/command/{command}/logs`: forms, following, resuming.

use crate::harness::{Answer, Toolbox, in_time};
use crate::session::{begin, code, exec, log, run, with_session};
use futures::{SinkExt, StreamExt};
use http_body_util::Full;
use hyper::Request;
use serde_json::json;
use tokio::net::UnixStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Message, protocol::Role};

const MARKED: &str = "\u{1}\u{1}\u{1}out\n\u{2}\u{2}\u{2}err\n";

async fn versioned(toolbox: &Toolbox, method: &str, path: &str, version: &str, body: String) -> Answer {
    let request = Request::builder().method(method).uri(path).header("host", "x");
    let request = if version.is_empty() { request } else { request.header("x-daytona-sdk-version", version) };
    toolbox.send(request.body(Full::new(body.into())).expect("a request")).await
}

/// Opens a WebSocket that offers `protocol`; returns the one that was chosen, too.
async fn socket(toolbox: &Toolbox, path: &str, protocol: &str) -> (WebSocketStream<UnixStream>, String) {
    let (socket, answer) = opened(toolbox, path, protocol).await;
    let chosen = answer.headers().get("sec-websocket-protocol");
    (socket, chosen.map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default())
}

/// The same with the whole head of the answer.
async fn opened(toolbox: &Toolbox, path: &str, protocol: &str) -> (WebSocketStream<UnixStream>, Response) {
    let mut request = format!("ws://toolbox{path}").into_client_request().expect("a request");
    if !protocol.is_empty() {
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse().expect("a value"));
    }
    let stream = UnixStream::connect(&toolbox.socket).await.expect("a connection");
    in_time(tokio_tungstenite::client_async(request, stream)).await.expect("a socket")
}

/// Reads to the end, which must be a clean one.
async fn rest(socket: &mut WebSocketStream<UnixStream>, largest: usize) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        match in_time(socket.next()).await.expect("a close frame first").expect("a message") {
            Message::Binary(bytes) => {
                assert!(!bytes.is_empty() && bytes.len() <= largest, "{} bytes", bytes.len());
                all.extend_from_slice(&bytes);
            }
            Message::Close(frame) => {
                let frame = frame.expect("a code");
                assert_eq!((frame.code, frame.reason.as_str()), (CloseCode::Normal, ""));
                return all;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn forms_follow_the_version() {
    let toolbox = with_session().await;
    let command = "echo out; sleep 0.3; echo err >&2";
    let id = run(&toolbox, command).await["cmdId"].as_str().expect("an id").to_owned();
    let logs = format!("/process/session/s/command/{id}/logs");
    let split = json!({"output": MARKED, "stdout": "out\n", "stderr": "err\n"});
    let body = json!({"command": command}).to_string();
    for (version, output) in [
        ("0.200.0", MARKED),
        ("dev", MARKED),
        ("0.100.0", MARKED),
        ("0.26.0", "out\nerr\n"),
        ("", "out\nerr\n"),
    ] {
        let answer = versioned(&toolbox, "GET", &logs, version, String::new()).await;
        let mut done =
            versioned(&toolbox, "POST", "/process/session/s/exec", version, body.clone()).await.json();
        let done = done.as_object_mut().expect("an object");
        assert!(done.remove("cmdId").is_some());
        if matches!(version, "0.200.0" | "dev") {
            assert_eq!(answer.json(), split, "{version}");
            assert_eq!(
                json!(done),
                json!({"output": MARKED, "stdout": "out\n", "stderr": "err\n", "exitCode": 0})
            );
        } else {
            assert!(answer.header("content-type").starts_with("text/plain"), "{answer:?}");
            assert_eq!(answer.body, output, "{version}");
            assert_eq!(json!(done), json!({"output": output, "exitCode": 0}));
        }
    }
}

#[tokio::test]
async fn following_is_live_and_ends_with_the_command() {
    let toolbox = with_session().await;
    let path = begin(&toolbox, "echo out; while [ ! -e go ]; do sleep 0.01; done; echo err >&2").await;
    let logs = format!("{path}/logs?follow=true");
    let protocol = "X-Daytona-SDK-Version~0.50.0";
    let (mut marked, chosen) = socket(&toolbox, &logs, &format!("x, {protocol}")).await;
    assert_eq!(chosen, protocol);
    let (mut plain, chosen) = socket(&toolbox, &logs, "").await;
    assert_eq!(chosen, "");
    let first = in_time(marked.next()).await.expect("a message").expect("a message");
    assert_eq!(first.into_data(), &MARKED.as_bytes()[..7]);
    marked.send(Message::Ping("p".into())).await.expect("a ping");
    let pong = in_time(marked.next()).await.expect("a message").expect("a message");
    assert_eq!(pong, Message::Pong("p".into()));
    let bridged = toolbox.get(&logs);
    let go = async { std::fs::write(toolbox.dir.join("go"), "").expect("a file") };
    let (bridged, ()) = in_time(futures::future::join(bridged, go)).await;
    assert_eq!(bridged.body, "out\nerr\n");
    assert_eq!(rest(&mut marked, 1024).await, &MARKED.as_bytes()[7..]);
    assert_eq!(rest(&mut plain, 1024).await, b"out\nerr\n");
    let (mut late, _) = socket(&toolbox, &logs, protocol).await;
    assert_eq!(rest(&mut late, 1024).await, MARKED.as_bytes());
}

#[tokio::test]
async fn a_follower_is_told_that_its_offset_was_understood() {
    let toolbox = with_session().await;
    let path = begin(&toolbox, "echo out; echo err >&2").await;
    for (query, next) in [("follow=true&offset=0", Some("0")), ("offset=3", Some("3")), ("follow=true", None)]
    {
        // Another offset than 0 is refused until the log is that long.
        toolbox.get(&format!("{path}/logs?follow=true")).await;
        let (_socket, head) = opened(&toolbox, &format!("{path}/logs?{query}"), "").await;
        let said = head.headers().get("x-daytona-log-next").map(|value| value.to_str().expect("text"));
        assert_eq!(said, next, "{query}");
    }
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_however_often_the_connection_breaks() {
    let toolbox = with_session().await;
    let path = begin(
        &toolbox,
        "i=0; while [ $i -lt 20000 ]; do echo \"line $i €\"; echo \"e$i\" >&2; i=$((i+1)); done",
    )
    .await;
    let mut got = Vec::new();
    let mut breaks = 0;
    loop {
        let (mut socket, _) =
            socket(&toolbox, &format!("{path}/logs?follow=true&offset={}", got.len()), "").await;
        let mut messages = 0;
        let ended = loop {
            match in_time(socket.next()).await.expect("a close frame first").expect("a message") {
                Message::Binary(bytes) => got.extend_from_slice(&bytes),
                Message::Close(_) => break true,
                other => panic!("{other:?}"),
            }
            messages += 1;
            if messages == 3 && breaks < 200 {
                break false;
            }
        };
        if ended {
            break;
        }
        breaks += 1;
    }
    assert!(breaks > 2, "the test has broken nothing");
    let whole = toolbox.get(&format!("{path}/logs?offset=0")).await;
    assert!(whole.body == got, "{} and {} bytes", whole.body.len(), got.len());
    assert_eq!(whole.header("x-daytona-log-next"), got.len().to_string());
    assert_eq!(whole.header("content-type"), "application/octet-stream");
    let split = log(&toolbox, &path).await;
    let lines =
        |prefix: &str, end: &str| (0..20_000).map(|i| format!("{prefix}{i}{end}\n")).collect::<String>();
    assert!(
        split["stdout"] == lines("line ", " €") && split["stderr"] == lines("e", ""),
        "the streams differ"
    );
    let half = got.len() / 2;
    let tail = toolbox.get(&format!("{path}/logs?offset={half}")).await;
    assert!(tail.body == got[half..], "the tail differs");
    for bad in [format!("{}", got.len() + 1), "-1".to_owned(), "x".to_owned()] {
        toolbox.get(&format!("{path}/logs?offset={bad}")).await.error(400, "BAD_REQUEST");
    }
}

#[tokio::test]
async fn slow_and_lost_followers_cost_no_memory() {
    let toolbox = with_session().await;
    let path = begin(&toolbox, "head -c 200M /dev/zero | tr '\\0' 'x'; echo; yes | head -c 20M").await;
    let logs = format!("{path}/logs?follow=true");
    let mut slow = Vec::new();
    for _ in 0..20 {
        slow.push(socket(&toolbox, &logs, "").await.0);
    }
    assert_eq!(code(&toolbox, &path).await, 0);
    let answer = toolbox.get(&format!("{path}/logs")).await;
    assert_eq!(answer.body.len(), (220 << 20) + 1);
    drop(slow.split_off(1));
    let mut left = slow.pop().expect("one");
    assert_eq!(rest(&mut left, 1024).await.len(), (220 << 20) + 1, "the slow one gets all, too");
    assert!(toolbox.peak_memory() < 48 << 20, "{} MiB", toolbox.peak_memory() >> 20);
}

#[tokio::test]
async fn deletion_closes_followers_cleanly() {
    let toolbox = with_session().await;
    let path = begin(&toolbox, "echo here; sleep 1000").await;
    let (mut follower, _) = socket(&toolbox, &format!("{path}/logs?follow=true"), "").await;
    let first = in_time(follower.next()).await.expect("a message").expect("a message");
    assert_eq!(first.into_data(), "here\n".as_bytes());
    assert_eq!(toolbox.ask("DELETE", "/process/session/s").await.status, 204);
    assert_eq!(rest(&mut follower, 1024).await, b"");
}

#[tokio::test]
async fn a_log_that_was_tampered_with_ends_with_an_error() {
    let temp = tempfile::tempdir().expect("a folder");
    let toolbox = Toolbox::start_with(|command| command.env("TMPDIR", temp.path())).await;
    assert_eq!(crate::session::create(&toolbox, "s").await.status, 201);
    let path = begin(&toolbox, "echo something").await;
    assert_eq!(code(&toolbox, &path).await, 0);
    run(&toolbox, "for log in \"$TMPDIR\"/.daytona-session-*/1.log; do : >| \"$log\"; done").await;
    let (mut follower, _) = socket(&toolbox, &format!("{path}/logs?follow=true"), "").await;
    let Message::Close(Some(frame)) = in_time(follower.next()).await.expect("a message").expect("a message")
    else {
        panic!("no close frame")
    };
    assert_eq!(frame.code, CloseCode::Error);
    toolbox.get(&format!("{path}/logs")).await.error(500, "INTERNAL_SERVER_ERROR");
    // Its pipes, too, are in reach of the sandboxed code, which fools only itself.
    let answer =
        in_time(exec(&toolbox, "s", json!({"command": "rm -rf \"$TMPDIR\"/.daytona-session-*; echo gone"})))
            .await;
    assert_eq!(answer.status, 404, "the log is not there any more: {answer:?}");
    assert_eq!(exec(&toolbox, "s", json!({"command": "true"})).await.status, 500);
    assert_eq!(toolbox.ask("DELETE", "/process/session/s").await.status, 204);
}

#[tokio::test]
async fn sockets_that_speak_out_of_turn_harm_nothing() {
    let toolbox = with_session().await;
    let path = begin(&toolbox, "sleep 1000").await;
    let (mut chatty, _) = socket(&toolbox, &format!("{path}/logs"), "").await;
    chatty.send(Message::Text("hello".into())).await.expect("a message");
    let _ = chatty.send(Message::Binary(vec![0; 1 << 20].into())).await;
    let _ = in_time(chatty.next()).await;
    // Not a WebSocket at all after the upgrade.
    let (raw, _) = socket(&toolbox, &format!("{path}/logs"), "").await;
    let mut raw = raw.into_inner();
    tokio::io::AsyncWriteExt::write_all(&mut raw, &[0xff; 4096]).await.expect("bytes");
    let mut broken = WebSocketStream::from_raw_socket(raw, Role::Client, None).await;
    while in_time(broken.next()).await.is_some_and(|message| message.is_ok()) {}
    assert_eq!(toolbox.get("/health").await.status, 200);
}

#[tokio::test]
async fn followers_count_as_connections_and_leave_some_to_others() {
    let toolbox = with_session().await;
    let path = begin(&toolbox, "sleep 1000").await;
    let logs = format!("{path}/logs?follow=true");
    let mut followers = Vec::new();
    for _ in 0..256 {
        followers.push(socket(&toolbox, &logs, "").await.0);
    }
    // One more is refused, as a socket or as a stream; anything else is served.
    let message = toolbox.get(&logs).await.error(503, "INTERNAL_SERVER_ERROR");
    assert!(message.contains("followed"), "{message}");
    let mut others = Vec::new();
    for _ in 0..256 {
        others.push(connect(&toolbox).await);
        assert!(healthy(others.last_mut().expect("one")).await);
    }
    // Now all slots are taken: a further connection waits, however often the toolbox has its turn.
    let mut waiting = connect(&toolbox).await;
    ask(&mut waiting).await;
    for other in &mut others {
        assert!(healthy(other).await);
    }
    let early = waiting.try_read(&mut [0; 16]).expect_err("no slot was left");
    assert_eq!(early.kind(), std::io::ErrorKind::WouldBlock);
    // The end of a follower makes room for it.
    drop(followers.pop());
    assert!(answered(&mut waiting).await);
}

async fn connect(toolbox: &Toolbox) -> UnixStream {
    UnixStream::connect(&toolbox.socket).await.expect("a connection")
}

async fn ask(stream: &mut UnixStream) {
    let request = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(stream, request).await.expect("a request");
}

async fn answered(stream: &mut UnixStream) -> bool {
    let mut answer = [0; 1024];
    let read = in_time(tokio::io::AsyncReadExt::read(stream, &mut answer)).await.expect("an answer");
    answer[..read].starts_with(b"HTTP/1.1 200 ")
}

async fn healthy(stream: &mut UnixStream) -> bool {
    ask(stream).await;
    answered(stream).await
}
