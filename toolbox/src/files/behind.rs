//! Writing a file from pieces that come over the network: while a batch of them is being written, the next is collected.
//!
//! A piece is never copied. Small ones are put together, since each batch costs two threads a switch; nobody can see a
//! file that grows, so nobody waits for them. No more than two batches are held.

use axum::body::Bytes;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Bytes of a batch, and pieces, each of which may keep a buffer of the connection alive.
const BYTES: usize = 256 << 10;
const PIECES: usize = 256;

/// A file that is being written.
pub(super) struct Behind {
    file: Arc<File>,
    collected: Vec<Bytes>,
    bytes: usize,
    writing: Option<JoinHandle<io::Result<()>>>,
}

impl Behind {
    pub(super) fn new(file: File) -> Self {
        Self { file: Arc::new(file), collected: Vec::new(), bytes: 0, writing: None }
    }

    /// Takes a piece. An error is that of this one or of one before.
    pub(super) async fn write(&mut self, piece: Bytes) -> io::Result<()> {
        self.bytes += piece.len();
        self.collected.push(piece);
        if self.bytes < BYTES && self.collected.len() < PIECES {
            return Ok(());
        }
        self.turn().await
    }

    /// Waits until everything is in the file.
    pub(super) async fn finish(mut self) -> io::Result<Arc<File>> {
        if !self.collected.is_empty() {
            self.turn().await?;
        }
        self.written().await?;
        Ok(self.file)
    }

    /// Hands over what is collected, once the batch before is written.
    async fn turn(&mut self) -> io::Result<()> {
        self.written().await?;
        let (file, batch) = (Arc::clone(&self.file), std::mem::take(&mut self.collected));
        self.bytes = 0;
        self.writing = Some(tokio::task::spawn_blocking(move || {
            batch.iter().try_for_each(|piece| (&*file).write_all(piece))
        }));
        Ok(())
    }

    async fn written(&mut self) -> io::Result<()> {
        match self.writing.take() {
            Some(writing) => writing.await.map_err(io::Error::other)?,
            None => Ok(()),
        }
    }
}
