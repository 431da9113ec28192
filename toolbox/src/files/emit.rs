//! JSON answers of any length that a file thread writes while they are sent: memory holds a few pieces of
//! them, and when the client goes away the work behind them ends at its next entry.

use crate::error::ApiError;
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::io;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Sender, channel};

/// Lists written at once. Each holds a file thread while its client is slow, and the others shall have some.
static LISTS: Semaphore = Semaphore::const_new(4);
/// Pieces are about this large.
const PIECE: usize = 64 << 10;

/// The client went away; the work is for no one.
#[derive(Debug)]
pub(super) struct Gone;

/// Takes the entries of the list in an answer.
pub(super) struct Emitter {
    buffer: Vec<u8>,
    empty: bool,
    pieces: Sender<io::Result<Bytes>>,
}

impl Emitter {
    /// Adds an entry; waits while the client is slow. Call in a file thread only.
    pub(super) fn entry(&mut self, entry: &impl Serialize) -> Result<(), Gone> {
        if !self.empty {
            self.buffer.push(b',');
        }
        self.empty = false;
        serde_json::to_writer(&mut self.buffer, entry).map_err(|_| Gone)?;
        if self.buffer.len() >= PIECE { self.flush() } else { self.check() }
    }

    /// An error when the client is gone; for work that finds nothing for a long time.
    pub(super) fn check(&self) -> Result<(), Gone> {
        if self.pieces.is_closed() { Err(Gone) } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Gone> {
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE + PIECE / 4));
        self.pieces.blocking_send(Ok(piece.into())).map_err(|_| Gone)
    }
}

/// Answers with `opening`, the entries that `work` makes in a file thread, and `closing`.
pub(super) async fn list<P, W>(
    opening: &'static str,
    closing: &'static str,
    prepare: P,
) -> Result<Response, ApiError>
where
    P: FnOnce() -> Result<W, ApiError> + Send + 'static,
    W: FnOnce(&mut Emitter) -> Result<(), Gone> + Send + 'static,
{
    let turn = LISTS.acquire().await.map_err(|error| ApiError::internal(error.to_string()))?;
    let (pieces, mut receiver) = channel(2);
    let (ready, prepared) = tokio::sync::oneshot::channel();
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let work = match prepare() {
            Ok(work) => work,
            Err(error) => return drop(ready.send(Err(error))),
        };
        if ready.send(Ok(())).is_err() {
            return;
        }
        let mut emitter = Emitter { buffer: opening.as_bytes().to_vec(), empty: true, pieces };
        if work(&mut emitter).is_ok() {
            emitter.buffer.extend_from_slice(closing.as_bytes());
            let _ = emitter.flush();
        }
    });
    prepared.await.map_err(|_| ApiError::internal("the file thread ended before its work"))??;
    let body = futures::stream::poll_fn(move |context| receiver.poll_recv(context));
    Ok(([(CONTENT_TYPE, "application/json")], Body::from_stream(body)).into_response())
}

/// Runs short work in a file thread. It runs to its end even when the client goes away.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ApiError::internal(format!("the file thread failed: {error}")))?
}
