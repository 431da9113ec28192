//! `Files`: files in and out of a sandbox, whole or in pieces.
//!
//! Pieces cross in bounded memory. Upwards, [`UploadSink`] is a channel of a few chunks: `write` settles when
//! there is room. Downwards, [`DownloadStream`] is pulled: nothing is read from the network before `next`.

use crate::args::Js;
use crate::call::{CancelToken, promise};
use bytes::Bytes;
use daytona_core::{ByteStream, Error, ErrorCode, Upload};
use futures::StreamExt;
use napi::Env;
use napi::bindgen_prelude::{Buffer, PromiseRaw};
use napi_derive::napi;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// Chunks in flight between JavaScript and the connection.
const CHUNKS_IN_FLIGHT: usize = 4;

/// Moves files in and out of one sandbox.
#[napi]
pub struct Files {
    core: daytona_core::FileSystem,
}

impl From<daytona_core::FileSystem> for Files {
    fn from(core: daytona_core::FileSystem) -> Self {
        Self { core }
    }
}

#[napi]
impl Files {
    /// Writes a file from memory. The bytes are sent from where they are: they must not change until then.
    #[napi]
    pub fn upload<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        content: Buffer,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        let content = Upload::Bytes(Bytes::from_owner(content));
        promise(env, cancel, async move { core.upload(&path.0, content).await })
    }

    /// Writes a file from a local file.
    #[napi]
    pub fn upload_file<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        local: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        let content = Upload::File(PathBuf::from(local.0));
        promise(env, cancel, async move { core.upload(&path.0, content).await })
    }

    /// Writes a file from what is written into `sink`.
    #[napi]
    pub fn upload_stream<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        sink: &UploadSink,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        let content = Upload::Stream(sink.chunks()?);
        promise(env, cancel, async move { core.upload(&path.0, content).await })
    }

    /// Reads a whole file.
    #[napi]
    pub fn download<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Buffer>> {
        let core = self.core.clone();
        // A `Vec` made from the only handle on the bytes takes them over: no second copy.
        promise(env, cancel, async move { Ok(Vec::from(core.download(&path.0).await?).into()) })
    }

    /// Opens a file for reading in pieces.
    #[napi]
    pub fn download_stream<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, DownloadStream>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            let stream = core.download_stream(&path.0).await?;
            Ok(DownloadStream { stream: Arc::new(tokio::sync::Mutex::new(Some(stream))) })
        })
    }
}

/// One piece of an upload, or its end. The end is said, never inferred: a sink that is lost half-way must not
/// pass for a complete file.
enum Piece {
    Chunk(Bytes),
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

    /// Adds a piece; settles when there is room for the next. False: the upload is over, write no more.
    #[napi]
    pub fn write<'env>(&self, env: &'env Env, chunk: Buffer) -> napi::Result<PromiseRaw<'env, bool>> {
        self.send(env, Piece::Chunk(Bytes::from_owner(chunk)))
    }

    /// Says that the last piece was written.
    #[napi]
    pub fn end<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, bool>> {
        self.send(env, Piece::End)
    }

    fn send<'env>(&self, env: &'env Env, piece: Piece) -> napi::Result<PromiseRaw<'env, bool>> {
        let sender = self.sender.clone();
        promise(env, None, async move { Ok(sender.send(piece).await.is_ok()) })
    }

    /// The pieces as the core wants them.
    fn chunks(&self) -> napi::Result<futures::stream::BoxStream<'static, daytona_core::Result<Bytes>>> {
        let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take();
        let receiver = receiver.ok_or_else(|| crate::error::invalid("this sink already has an upload"))?;
        Ok(futures::stream::unfold(receiver, |mut receiver| async move {
            match receiver.recv().await {
                Some(Piece::Chunk(chunk)) => Some((Ok(chunk), receiver)),
                Some(Piece::End) => None,
                None => Some((Err(lost()), receiver)),
            }
        })
        .boxed())
    }
}

fn lost() -> Error {
    Error::new(ErrorCode::Cancelled, "Failed to upload file: the content ended before its end was said")
}

/// A file being read in pieces.
#[napi]
pub struct DownloadStream {
    stream: Arc<tokio::sync::Mutex<Option<ByteStream>>>,
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
