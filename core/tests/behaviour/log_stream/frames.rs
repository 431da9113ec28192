//! What a server may send on one connection, and how much of it is held.

use super::{LOG, all, counted, expected, follow, out, part};
use crate::support::Then;
use crate::support::frames::{binary, close, frame};
use daytona_core::ErrorCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

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
        // Generous, and far below what waiting for the rest of the message would take.
        let refused = tokio::time::timeout(Duration::from_secs(25), stream.next()).await;
        let error = refused.expect("refused at once").expect_err("too large");
        assert_eq!(error.code(), ErrorCode::Server);
        assert!(error.message().contains("too large a message"), "{error}");
        assert_eq!(server.lines().len(), 2);
    }
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
        assert!(size <= 256 << 10);
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
            assert!(length <= 256 << 10 && batch.len() <= 1024, "{length} bytes in {} pieces", batch.len());
            size += length;
        }
        assert_eq!(size, pieces);
    }
}
