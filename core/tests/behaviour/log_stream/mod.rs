//! Following a log: over any connection, any number of them, and any server.

mod frames;
mod resume;

use crate::support::frames::{binary, close};
use crate::support::{FaultServer, Reply, Request, Then, toolbox};
use daytona_core::{ErrorCode, LogChunk, LogSource, LogStream, Result};
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// stdout and stderr apart: how they interleave is not the same on every connection of such servers.
fn by_source(log: &[LogChunk]) -> [String; 2] {
    [LogSource::Stdout, LogSource::Stderr]
        .map(|source| log.iter().filter(|chunk| chunk.source == source).map(|chunk| &*chunk.text).collect())
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
