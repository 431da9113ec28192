//! Content on its way in or out of a sandbox, in pieces and in bounded memory.
//!
//! Upwards, [`UploadSink`] is a channel of a few chunks: `write` settles when there is room. Downwards,
//! [`DownloadStream`] is pulled: nothing is read from the network before `next`.

use crate::args::Js;
use crate::call::{CancelToken, promise};
use crate::error::invalid;
use bytes::Bytes;
use daytona_core::{ByteStream, Error, ErrorCode, Upload};
use futures::StreamExt;
use napi::Env;
use napi::bindgen_prelude::{Buffer, Either, PromiseRaw};
use napi_derive::napi;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::{self, error::TrySendError};

/// Chunks in flight between JavaScript and the connection. Streams of files come in chunks of 64 KiB.
const CHUNKS_IN_FLIGHT: usize = 16;

/// One piece of an upload, or its end. The end is said, never inferred: a sink that is lost half-way must not
/// pass for a complete file.
enum Piece {
    Chunk(Bytes),
    Failed(String),
    End,
}

/// Where JavaScript writes the pieces of one upload.
#[napi]
pub struct UploadSink {
    sender: mpsc::Sender<Piece>,
    receiver: Mutex<Option<mpsc::Receiver<Piece>>>,
}

impl Default for UploadSink {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(CHUNKS_IN_FLIGHT);
        Self { sender, receiver: Mutex::new(Some(receiver)) }
    }
}

#[napi]
impl UploadSink {
    /// A sink for one upload.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a piece; says so at once if there was room, else as soon as there is. False: the upload is over, write no
    /// more. The next piece must wait for the answer.
    #[napi]
    pub fn write<'env>(
        &self,
        env: &'env Env,
        chunk: Buffer,
    ) -> napi::Result<Either<bool, PromiseRaw<'env, bool>>> {
        // A promise of this module costs more than the 64 KiB that it would be for.
        match self.sender.try_send(Piece::Chunk(Bytes::from_owner(chunk))) {
            Ok(()) => Ok(Either::A(true)),
            Err(TrySendError::Closed(_)) => Ok(Either::A(false)),
            Err(TrySendError::Full(piece)) => self.send(env, piece).map(Either::B),
        }
    }

    /// Says that the last piece was written.
    #[napi]
    pub fn end<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, bool>> {
        self.send(env, Piece::End)
    }

    /// Says that the content broke off, and why: the upload fails, and no file is written.
    #[napi]
    pub fn fail<'env>(&self, env: &'env Env, reason: Js<String>) -> napi::Result<PromiseRaw<'env, bool>> {
        self.send(env, Piece::Failed(reason.0))
    }

    fn send<'env>(&self, env: &'env Env, piece: Piece) -> napi::Result<PromiseRaw<'env, bool>> {
        let sender = self.sender.clone();
        promise(env, None, async move { Ok(sender.send(piece).await.is_ok()) })
    }

    /// The pieces as the core wants them.
    pub(crate) fn chunks(&self) -> napi::Result<ByteStream> {
        let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take();
        let receiver = receiver.ok_or_else(|| invalid("this sink already has an upload"))?;
        Ok(futures::stream::unfold(receiver, |mut receiver| async move {
            match receiver.recv().await {
                Some(Piece::Chunk(chunk)) => Some((Ok(chunk), receiver)),
                Some(Piece::Failed(reason)) => Some((Err(broken(&reason)), receiver)),
                Some(Piece::End) => None,
                None => Some((Err(broken("it ended before its end was said")), receiver)),
            }
        })
        .boxed())
    }
}

fn broken(reason: &str) -> Error {
    Error::new(ErrorCode::Cancelled, format!("Failed to upload file: the content broke off: {reason}"))
}

/// Several files to upload in one call.
#[derive(Default)]
#[napi]
pub struct UploadBatch {
    files: Mutex<Vec<(String, Upload)>>,
}

#[napi]
impl UploadBatch {
    /// A batch without files.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file from memory. The bytes must not change until the upload has ended.
    #[napi]
    pub fn add(&self, path: Js<String>, content: Buffer) {
        self.push(path.0, Upload::Bytes(Bytes::from_owner(content)));
    }

    /// Adds a local file.
    #[napi]
    pub fn add_file(&self, path: Js<String>, local: Js<String>) {
        self.push(path.0, Upload::File(PathBuf::from(local.0)));
    }

    /// Adds a file from what is written into `sink`.
    #[napi]
    pub fn add_stream(&self, path: Js<String>, sink: &UploadSink) -> napi::Result<()> {
        self.push(path.0, Upload::Stream(sink.chunks()?));
        Ok(())
    }

    fn push(&self, path: String, content: Upload) {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).push((path, content));
    }

    /// The files, which leave the batch.
    pub(crate) fn take(&self) -> Vec<(String, Upload)> {
        std::mem::take(&mut self.files.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A file being read in pieces.
#[napi]
pub struct DownloadStream {
    stream: Arc<tokio::sync::Mutex<Option<ByteStream>>>,
}

impl From<ByteStream> for DownloadStream {
    fn from(stream: ByteStream) -> Self {
        Self { stream: Arc::new(tokio::sync::Mutex::new(Some(stream))) }
    }
}

#[napi]
impl DownloadStream {
    /// The next piece; null at the end.
    #[napi]
    pub fn next<'env>(
        &self,
        env: &'env Env,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Option<Buffer>>> {
        let stream = Arc::clone(&self.stream);
        promise(env, cancel, async move {
            let mut open = stream.lock().await;
            let Some(pieces) = open.as_mut() else { return Ok(None) };
            let piece = pieces.next().await.transpose()?;
            if piece.is_none() {
                *open = None;
            }
            Ok(piece.map(|bytes| Vec::from(bytes).into()))
        })
    }

    /// Gives the connection up; a `next` under way must have been cancelled before.
    #[napi]
    pub fn close<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, ()>> {
        let stream = Arc::clone(&self.stream);
        promise(env, None, async move {
            *stream.lock().await = None;
            Ok(())
        })
    }
}
