//! Following a log while it grows: over a WebSocket, or as a chunked body.
//!
//! A follower reads the file at its own pace, from any byte on; a slow one costs nothing but its connection.
//! It gets every byte once and in order, and its end when the command has ended and all is sent.

use super::log::Progress;
use super::view::{Filter, Show, read_at};
use crate::serve::Slot;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures::stream::SplitSink;
use futures::{SinkExt, Stream, StreamExt};
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::SemaphorePermit;
use tokio::sync::watch::Receiver;

/// How long a client may take to answer the closing of a WebSocket.
const FAREWELL: Duration = Duration::from_secs(5);

/// What a follower holds as long as it lives: its connection's slot, and its place among followers.
pub(super) struct Place {
    pub _slot: Slot,
    pub _permit: SemaphorePermit<'static>,
}

/// The log of a command, from some byte on, as it comes.
pub(super) struct Tail {
    file: Arc<File>,
    offset: u64,
    progress: Receiver<Progress>,
}

impl Tail {
    pub(super) fn new(file: File, offset: u64, progress: Receiver<Progress>) -> Self {
        Self { file: Arc::new(file), offset, progress }
    }

    /// The next bytes, as soon as there are some; none at the end.
    async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let progress = *self.progress.borrow_and_update();
            if self.offset < progress.len {
                let piece = read_at(&self.file, self.offset, progress.len - self.offset).await?;
                self.offset += piece.len() as u64;
                return Ok(Some(piece));
            }
            if progress.end.is_some() {
                return match progress.broken {
                    None => Ok(None),
                    Some(_) => Err(io::Error::other("the rest of the log could not be kept")),
                };
            }
            if self.progress.changed().await.is_err() {
                return Ok(None);
            }
        }
    }

    /// As a chunked body. Text is cut at characters.
    pub(super) fn into_stream(self, show: Show, place: Place) -> impl Stream<Item = io::Result<Bytes>> {
        let state = Some((self, Filter::new(show), place));
        futures::stream::try_unfold(state, |state| async move {
            let Some((mut tail, mut filter, place)) = state else { return Ok(None) };
            let mut out = Vec::new();
            while let Some(piece) = tail.next().await? {
                filter.push(&piece, &mut out);
                if !out.is_empty() {
                    return Ok(Some((Bytes::from(out), Some((tail, filter, place)))));
                }
            }
            filter.finish(&mut out);
            Ok((!out.is_empty()).then(|| (Bytes::from(out), None)))
        })
    }

    /// As binary messages of at most `frame` bytes, then a close frame that tells a clean end.
    pub(super) async fn into_socket(self, socket: WebSocket, show: Show, frame: usize, _place: Place) {
        let (mut sink, mut source) = socket.split();
        // Reading answers pings and notices that the client has gone.
        let hears = async {
            while let Some(Ok(message)) = source.next().await {
                if matches!(message, Message::Close(_)) {
                    break;
                }
            }
        };
        let closed = tokio::select! {
            biased;
            () = hears => return,
            closed = self.send(&mut sink, show, frame) => closed,
        };
        let (code, reason) = match closed {
            Ok(()) => (close_code::NORMAL, String::new()),
            Err(Failure::Read(error)) => (close_code::ERROR, error.to_string()),
            Err(Failure::Gone) => return,
        };
        let farewell = async {
            let _ = sink.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
            while let Some(Ok(_)) = source.next().await {}
        };
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }

    async fn send(
        mut self,
        sink: &mut SplitSink<WebSocket, Message>,
        show: Show,
        frame: usize,
    ) -> Result<(), Failure> {
        let mut filter = Filter::new(show);
        loop {
            let mut out = Vec::new();
            let piece = self.next().await.map_err(Failure::Read)?;
            match &piece {
                Some(piece) => filter.push(piece, &mut out),
                None => filter.finish(&mut out),
            }
            let mut out = Bytes::from(out);
            while !out.is_empty() {
                let message = out.split_to(out.len().min(frame));
                sink.feed(Message::Binary(message)).await.map_err(|_| Failure::Gone)?;
            }
            sink.flush().await.map_err(|_| Failure::Gone)?;
            if piece.is_none() {
                return Ok(());
            }
        }
    }
}

enum Failure {
    /// The log cannot be read, or is not complete.
    Read(io::Error),
    /// The client has gone.
    Gone,
}
