//! Following a log: over any connection, any number of them, and any server.

use crate::support::frames::{binary, close};
use crate::support::{FaultServer, Reply, Request, Then, toolbox};
use daytona_core::{LogChunk, LogSource, LogStream, Result};
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
