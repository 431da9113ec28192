//! Following a log: over any connection, any number of them, and any server.

use crate::support::frames::{binary, close, frame};
use crate::support::{FaultServer, Reply, Request, Then, toolbox};
use daytona_core::{ErrorCode, LogChunk, LogSource, LogStream, Result};
use futures::FutureExt;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

fn query(request: &Request, name: &str) -> Option<String> {
    let (_, query) = request.target.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
}

/// A sandbox whose log is served by a script, which is told how many connections came before and from where
/// the log is wanted; and a stream of it.
async fn follow(
    script: impl Fn(usize, Option<usize>) -> Reply + Send + Sync + 'static,
) -> (FaultServer, LogStream) {
    let before = AtomicUsize::new(0);
    let (server, sandbox) = toolbox(move |request: &Request| {
        let offset = query(request, "offset").map(|offset| offset.parse().expect("a number"));
        script(before.fetch_add(1, Ordering::Relaxed), offset)
    })
    .await;
    let stream = sandbox.process().stream_session_command_logs("s", "c");
    (server, stream)
}

/// An opened WebSocket of a server that takes the offset it was asked for.
fn counted(offset: Option<usize>, bytes: Vec<u8>, then: Then) -> Reply {
    let offset = offset.expect("the server counts, so it is asked with an offset");
    Reply::Socket(vec![("x-daytona-log-next", offset.to_string())], bytes, then)
}

/// Everything, joined by source.
async fn all(stream: &mut LogStream) -> Result<Vec<LogChunk>> {
    let mut joined: Vec<LogChunk> = Vec::new();
    while let Some(batch) = stream.next().await? {
        assert!(!batch.is_empty());
        for chunk in batch {
            assert!(!chunk.text.is_empty());
            match joined.last_mut() {
                Some(last) if last.source == chunk.source => last.text.push_str(&chunk.text),
                _ => joined.push(chunk),
            }
        }
    }
    Ok(joined)
}

fn out(text: &str) -> LogChunk {
    LogChunk { source: LogSource::Stdout, text: text.to_owned() }
}

fn err(text: &str) -> LogChunk {
    LogChunk { source: LogSource::Stderr, text: text.to_owned() }
}

#[tokio::test]
async fn a_log_is_followed_to_the_end_of_its_command() {
    let (server, sandbox) = toolbox(|_: &Request| {
        let frames = [binary(b"\x01\x01\x01one\n\x02\x02\x02two\n"), close(1000, "")].concat();
        counted(Some(0), frames, Then::Silence)
    })
    .await;
    let mut stream = sandbox.process().stream_session_command_logs("a/b\n", "c");
    assert_eq!(server.lines().len(), 1, "nothing is sent before it is asked for");
    assert_eq!(all(&mut stream).await.expect("the log"), [out("one\n"), err("two\n")]);
    assert_eq!(stream.next().await.expect("still the end"), None);
    let request = server.seen().pop().expect("a request");
    assert_eq!(
        request.line(),
        "GET /toolbox/box/process/session/a%2Fb%0A/command/c/logs?follow=true&offset=0"
    );
    assert_eq!(request.header("x-daytona-split-output"), Some("true"));
    assert_eq!(request.header("authorization"), Some("Bearer dtn_test_key"));
}

/// A log with every difficulty: split characters, bytes that are no text, markers beside characters, text that
/// looks like the beginning of a marker.
const LOG: &[u8] =
    b"\x01\x01\x01a\xe2\x82\xac\n\x02\x02\x02\xf0\x9f\xa6\x80 e\xff\n\x01\x01\x01\x01\x02x\xc3\n\x02\x02\x02\xe2\x82\n\x01\x01\x01";

fn expected() -> Vec<LogChunk> {
    vec![out("a€\n"), err("🦀 e\u{fffd}\n"), out("\u{1}\u{2}x\u{fffd}\n"), err("\u{fffd}\n")]
}

/// The log from byte `from` to `until`, in frames of `size` bytes.
fn part(from: usize, until: usize, size: usize) -> Vec<u8> {
    LOG[from..until].chunks(size).flat_map(binary).collect()
}

#[tokio::test]
async fn a_log_cut_anywhere_is_delivered_as_if_it_were_not() {
    let cuts = (0..=LOG.len()).flat_map(|cut| [(cut, 3, false), (cut, 1000, true)]);
    let one = |(cut, size, reset)| async move {
        let (_server, mut stream) = follow(move |before, offset| {
            let from = offset.expect("an offset");
            if before == 0 {
                let then = if reset { Then::Reset } else { Then::End };
                return counted(offset, part(from, cut, size), then);
            }
            counted(offset, [part(from, LOG.len(), size), close(1000, "")].concat(), Then::Silence)
        })
        .await;
        assert_eq!(all(&mut stream).await.expect("the log"), expected(), "cut at {cut}");
    };
    futures::future::join_all(cuts.map(one)).await;
}

#[tokio::test]
async fn nothing_is_read_ahead_of_a_reader_who_does_not_ask() {
    let sent = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&sent);
    let (_server, mut stream) = follow(move |_, offset| {
        let then = Then::Flood(binary(&[b'x'; 64 << 10]), Arc::clone(&count));
        counted(offset, Vec::new(), then)
    })
    .await;
    let mut received = 0;
    for _ in 0..3 {
        let batch = stream.next().await.expect("text").expect("no end");
        let size: usize = batch.iter().map(|chunk| chunk.text.len()).sum();
        assert!(size <= 64 << 10);
        received += size as u64;
        // The server sends until the buffers of the connection are full, and then no more.
        let (mut before, mut still) = (0, 0);
        while still < 50 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let now = sent.load(Ordering::Relaxed);
            still = if now == before { still + 1 } else { 0 };
            before = now;
            // The kernel's buffers take some MiB on each side; a reader without manners would take all.
            assert!(now < received + (64 << 20), "{now} bytes were taken and {received} asked for");
        }
    }
}

/// A log as servers send it that mark every message anew, `size` bytes of text in each.
fn marked_anew(size: usize) -> Vec<u8> {
    let text: [(u8, &[u8]); 4] =
        [(1, b"a\xe2\x82\xac\n"), (2, b"\xf0\x9f\xa6\x80 e\xff\n"), (1, b"x\xc3\n"), (2, b"\xe2\x82\n")];
    let piece = |marker: u8, piece: &[u8]| binary(&[&[marker; 3], piece].concat());
    text.iter()
        .flat_map(|(marker, text)| text.chunks(size).flat_map(move |part| piece(*marker, part)))
        .collect()
}

#[tokio::test]
async fn what_a_server_sends_anew_is_not_delivered_twice() {
    let cuts = (0..marked_anew(1).len()).map(|cut| async move {
        let (server, mut stream) = follow(move |before, offset| {
            assert_eq!(offset.is_some(), before == 0, "a server that took no offset is not asked again");
            let frames = match before {
                0 => marked_anew(1)[..cut].to_vec(),
                1 => marked_anew(3)[..60].to_vec(),
                _ => [marked_anew(2), close(1000, "")].concat(),
            };
            Reply::Socket(Vec::new(), frames, Then::End)
        })
        .await;
        let log = by_source(&all(&mut stream).await.expect("the log"));
        assert_eq!(log, ["a€\nx\u{fffd}\n", "🦀 e\u{fffd}\n\u{fffd}\n"], "cut at {cut}");
        assert_eq!(server.lines().len(), 4);
    });
    futures::future::join_all(cuts).await;
}

/// stdout and stderr apart: how they interleave is not the same on every connection of such servers.
fn by_source(log: &[LogChunk]) -> [String; 2] {
    [LogSource::Stdout, LogSource::Stderr]
        .map(|source| log.iter().filter(|chunk| chunk.source == source).map(|chunk| &*chunk.text).collect())
}

#[tokio::test]
async fn a_server_that_loses_count_is_read_from_the_beginning() {
    let (_server, mut stream) = follow(|before, offset| match before {
        0 => counted(offset, part(0, 9, 2), Then::End),
        // No telling where this begins, so nothing of it may be used.
        1 => {
            assert_eq!(offset, Some(9));
            Reply::Socket(Vec::new(), binary(b"?????"), Then::Silence)
        }
        _ => {
            assert_eq!(offset, None);
            Reply::Socket(Vec::new(), [part(0, LOG.len(), 5), close(1000, "")].concat(), Then::Silence)
        }
    })
    .await;
    assert_eq!(all(&mut stream).await.expect("the log"), expected());
}

#[tokio::test]
async fn next_may_be_given_up_at_any_time() {
    let (_server, mut stream) = follow(|before, offset| {
        let from = offset.expect("an offset");
        match (before, from + 2) {
            (before, _) if before % 3 == 1 => Reply::json(503, &json!({})).with("retry-after", "0"),
            (_, until) if until < LOG.len() => counted(offset, part(from, until, 1), Then::End),
            _ => counted(offset, [part(from, LOG.len(), 1), close(1000, "")].concat(), Then::End),
        }
    })
    .await;
    let (mut log, mut given_up) = (Vec::new(), 0);
    loop {
        // Polled once and dropped, wherever it waits.
        match stream.next().now_or_never() {
            Some(Ok(Some(batch))) => log.extend(batch),
            Some(Ok(None)) => break,
            Some(Err(error)) => panic!("{error}"),
            None => {
                given_up += 1;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    }
    assert_eq!(by_source(&log), by_source(&expected()));
    assert!(given_up > 20, "the test has given up {given_up} times");
}

#[tokio::test]
async fn what_cannot_pass_ends_the_stream_with_what_was_delivered() {
    let said = |code, message| Reply::json(code, &json!({"message": message}));
    for (status, code) in [
        (404, ErrorCode::NotFound),
        (401, ErrorCode::Authentication),
        (410, ErrorCode::NotFound),
        (400, ErrorCode::Validation),
    ] {
        let (server, mut stream) = follow(move |before, offset| match before {
            0 => counted(offset, binary(b"\x01\x01\x01text"), Then::End),
            _ => said(status, "it is over"),
        })
        .await;
        assert_eq!(stream.next().await.expect("text").expect("no end"), [out("text")]);
        for _ in 0..2 {
            let error = stream.next().await.expect_err("the end is unknown");
            assert_eq!((error.code(), error.status()), (code, Some(status)));
            assert!(error.message().contains("it is over") && error.message().contains("session \"s\""));
        }
        assert_eq!(server.lines().len(), 3, "{status} was tried again");
    }
}

#[tokio::test]
async fn a_log_the_sandbox_could_not_keep_is_an_error() {
    let (server, mut stream) = follow(|_, offset| {
        let frames = [binary(b"\x01\x01\x01text"), close(1011, "the rest\n could not be kept")].concat();
        counted(offset, frames, Then::Silence)
    })
    .await;
    assert_eq!(stream.next().await.expect("text").expect("no end"), [out("text")]);
    for _ in 0..2 {
        let error = stream.next().await.expect_err("the log is not complete");
        assert_eq!(error.code(), ErrorCode::Server);
        assert!(error.message().contains("the rest could not be kept"), "{error}");
    }
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn what_passes_is_waited_for_and_what_never_does_is_not() {
    let busy = || Reply::json(503, &json!({"message": "too many logs"})).with("retry-after", "0");
    // Each opening is tried three times by the transport; a new byte makes the count begin anew.
    let (_server, mut stream) = follow(move |before, offset| match before % 20 {
        0 if before < 60 => counted(offset, binary(b"x"), Then::End),
        0 => counted(offset, close(1000, ""), Then::Silence),
        _ => busy(),
    })
    .await;
    assert_eq!(all(&mut stream).await.expect("the log"), [out("xxx")]);
    let (server, mut stream) = follow(move |before, offset| match before {
        0 => counted(offset, binary(b"x"), Then::End),
        _ => busy(),
    })
    .await;
    assert_eq!(stream.next().await.expect("text").expect("no end"), [out("x")]);
    let error = stream.next().await.expect_err("it never passes");
    assert_eq!((error.code(), error.status()), (ErrorCode::Server, Some(503)));
    let tried = server.lines().len();
    assert!((5..40).contains(&tried), "{tried} requests");
    stream.next().await.expect_err("still the same");
    assert_eq!(server.lines().len(), tried);
    // What fails from the beginning fails like any other call.
    let (server, mut stream) = follow(move |_, _| busy()).await;
    stream.next().await.expect_err("busy");
    assert_eq!(server.lines().len(), 4);
}

#[tokio::test]
async fn broken_frames_are_broken_connections() {
    let torn = binary(b"\x01\x01\x01torn")[..6].to_vec();
    let masked = [0x82, 0x81, 1, 2, 3, 4, 5].to_vec();
    let reserved = frame(0x83, b"x");
    let alone = frame(0x80, b"x");
    let noise = vec![0xff; 64];
    for broken in [torn, masked, reserved, alone, noise, Vec::new()] {
        let (_server, mut stream) = follow(move |before, offset| {
            let from = offset.expect("an offset");
            let good = part(from, LOG.len().min(from + 11), 4);
            match before {
                0..3 => counted(offset, [good, broken.clone()].concat(), Then::End),
                _ => counted(offset, [part(from, LOG.len(), 4), close(1000, "")].concat(), Then::End),
            }
        })
        .await;
        assert_eq!(all(&mut stream).await.expect("the log"), expected());
    }
}

#[tokio::test]
async fn other_frames_are_taken_for_what_they_are() {
    let (_server, mut stream) = follow(|_, offset| {
        let frames = [
            frame(0x89, b"ping"),
            frame(0x02, b"\x01\x01"),
            frame(0x8a, b"pong"),
            frame(0x80, b"\x01in pieces "),
            frame(0x82, b""),
            frame(0x81, "as text €".as_bytes()),
            // Closed without a code, as some servers do.
            frame(0x88, b""),
        ];
        counted(offset, frames.concat(), Then::Silence)
    })
    .await;
    assert_eq!(all(&mut stream).await.expect("the log"), [out("in pieces as text €")]);
}

#[tokio::test]
async fn messages_beyond_the_bound_are_refused_before_they_are_held() {
    // Announced in one frame, or grown in many; neither is ever sent whole.
    let announced = [&[0x82, 127][..], &(1_u64 << 40).to_be_bytes(), &[b'x'; 1000]].concat();
    let grown = [frame(0x02, &[b'x'; 60_000]), frame(0x00, &[b'x'; 60_000]).repeat(18)].concat();
    for frames in [announced, grown] {
        let (server, mut stream) =
            follow(move |_, offset| counted(offset, frames.clone(), Then::Silence)).await;
        let error = stream.next().await.expect_err("too large");
        assert_eq!(error.code(), ErrorCode::Server);
        assert!(error.message().contains("too large a message"), "{error}");
        assert_eq!(server.lines().len(), 2);
    }
}

#[tokio::test]
async fn a_server_that_opens_no_websocket_is_an_error() {
    let wrong =
        b"HTTP/1.1 101 Test\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: x\r\n\r\n";
    let ordinary = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    for answer in [wrong.as_slice(), ordinary] {
        let (_server, mut stream) = follow(move |_, _| Reply::Bytes(answer.to_vec())).await;
        let error = stream.next().await.expect_err("no WebSocket");
        assert_eq!(error.code(), ErrorCode::Server);
        assert!(error.message().contains("opened no WebSocket"), "{error}");
    }
    let (server, sandbox) = toolbox(|_: &Request| Reply::empty(404)).await;
    for (session, command) in [("", "c"), ("s", ""), ("a\0b", "c"), ("..", "c"), ("s", ".")] {
        let mut stream = sandbox.process().stream_session_command_logs(session, command);
        assert_eq!(stream.next().await.expect_err("refused").code(), ErrorCode::Validation);
    }
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn batches_are_bounded_whatever_the_log_is_made_of() {
    // Bytes that are no text become three times as many; sources that change all the time cost a chunk each.
    let noise = vec![0xff_u8; 300_000];
    let changing = b"\x01\x01\x01a\x02\x02\x02b".repeat(20_000);
    for (bytes, pieces) in [(noise, 300_000 * 3), (changing, 40_000)] {
        let (_server, mut stream) = follow(move |_, offset| {
            counted(offset, [binary(&bytes), close(1000, "")].concat(), Then::Silence)
        })
        .await;
        let mut size = 0;
        while let Some(batch) = stream.next().await.expect("the log") {
            let length: usize = batch.iter().map(|chunk| chunk.text.len()).sum();
            assert!(length <= 64 << 10 && batch.len() <= 1024, "{length} bytes in {} pieces", batch.len());
            size += length;
        }
        assert_eq!(size, pieces);
    }
}
