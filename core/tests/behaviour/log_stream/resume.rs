//! Connections that break, and what goes on after them.

use super::{LOG, all, by_source, counted, expected, follow, out, part};
use crate::support::frames::{binary, close};
use crate::support::{Reply, Then};
use daytona_core::ErrorCode;
use futures::FutureExt;
use serde_json::json;
use std::time::Duration;

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
