//! Content on its way in or out of a sandbox, in pieces and in bounded memory.
//!
//! Upwards, [`UploadSink`] holds what was written last: `write` answers when there is room. Downwards,
//! [`DownloadStream`] is pulled: nothing is read from the network before `next`.

use crate::args::Js;
use crate::call::{CancelToken, promise};
use crate::error::invalid;
use bytes::Bytes;
use daytona_core::{ByteStream, Error, ErrorCode, Upload};
use futures::StreamExt;
use napi::Env;
use napi::bindgen_prelude::{Buffer, BufferSlice, Either, PromiseRaw};
use napi_derive::napi;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Bytes that may wait between JavaScript and the connection, besides the chunk that was written last.
const ROOM: usize = 1024 * 1024;
/// Bytes that are handed over together: each piece wakes everyone on its way, and a file's stream has pieces of 64 KiB.
const BATCH: usize = 256 * 1024;
/// What a slow source has written does not wait longer for the rest of a batch.
const LINGER: Duration = Duration::from_millis(5);

/// What was written and not yet sent, and whether there is more to come. The end is said, never inferred: a sink that is
/// lost half-way must not pass for a complete file.
#[derive(Default)]
struct Pending {
    bytes: Vec<u8>,
    /// How the content ended, well or for this reason.
    end: Option<Result<(), String>>,
    /// The upload has ended; nobody takes anything any more.
    over: bool,
}

/// What the two ends of a sink share.
#[derive(Default)]
struct Pipe {
    pending: Mutex<Pending>,
    filled: Notify,
    emptied: Notify,
}

impl Pipe {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how the content ended, if it has not been said. False: the upload was over before.
    fn end(&self, end: Result<(), String>) -> bool {
        let mut pending = self.pending();
        pending.end.get_or_insert(end);
        self.filled.notify_one();
        !pending.over
    }

    /// Waits until there is room. False: the upload is over.
    async fn room(&self) -> bool {
        loop {
            let (over, waiting) = {
                let pending = self.pending();
                (pending.over, pending.bytes.len())
            };
            if over || waiting < ROOM {
                return !over;
            }
            self.emptied.notified().await;
        }
    }

    /// The next batch. None at the content's end.
    async fn batch(&self) -> Option<Result<Bytes, Error>> {
        let mut due = None;
        loop {
            let waiting = {
                let mut pending = self.pending();
                let whole = pending.end.is_some() || due.is_some_and(|due| due <= Instant::now());
                let waiting = pending.bytes.len();
                if let Some(Err(reason)) = &pending.end {
                    return Some(Err(broken(reason)));
                }
                if waiting >= BATCH || (whole && waiting > 0) {
                    self.emptied.notify_one();
                    return Some(Ok(std::mem::take(&mut pending.bytes).into()));
                }
                if pending.end.is_some() {
                    return None;
                }
                waiting
            };
            let filled = self.filled.notified();
            if waiting == 0 {
                filled.await;
            } else {
                let due = *due.get_or_insert_with(|| Instant::now() + LINGER);
                // Filled or due: the next look tells.
                let _ = tokio::time::timeout_at(due, filled).await;
            }
        }
    }
}

/// Where JavaScript writes the pieces of one upload.
#[derive(Default)]
#[napi]
pub struct UploadSink {
    pipe: Arc<Pipe>,
    taken: AtomicBool,
    /// Bytes written since JavaScript last had to wait.
    at_once: AtomicUsize,
}

impl Drop for UploadSink {
    fn drop(&mut self) {
        self.pipe.end(Err("it ended before its end was said".to_owned()));
    }
}

/// The end of a pipe that an upload reads.
struct Pieces(Arc<Pipe>);

impl Drop for Pieces {
    fn drop(&mut self) {
        let mut pending = self.0.pending();
        pending.over = true;
        pending.bytes = Vec::new();
        self.0.emptied.notify_one();
    }
}

#[napi]
impl UploadSink {
    /// A sink for one upload.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a piece; says so at once if there is room for the next, else as soon as there is. False: the upload is over,
    /// write no more.
    #[napi]
    pub fn write<'env>(
        &self,
        env: &'env Env,
        chunk: BufferSlice<'_>,
    ) -> napi::Result<Either<bool, PromiseRaw<'env, bool>>> {
        let (before, waiting) = {
            let mut pending = self.pipe.pending();
            if pending.over {
                return Ok(Either::A(false));
            }
            let before = pending.bytes.len();
            if pending.bytes.capacity() == 0 {
                pending.bytes.reserve(chunk.len().max(BATCH));
            }
            // Copied: the reference that would keep it costs more than the 64 KiB that it would be for.
            pending.bytes.extend_from_slice(&chunk);
            (before, pending.bytes.len())
        };
        // Something to wait with, or enough; in between nobody has to wake up.
        if before == 0 || (before < BATCH && waiting >= BATCH) {
            self.pipe.filled.notify_one();
        }
        // A promise costs as much. But without any, JavaScript's loop would not turn while the connection keeps up: no
        // timer would fire, no signal abort.
        let at_once = self.at_once.load(Ordering::Relaxed) + chunk.len();
        let wait = waiting >= ROOM || at_once >= ROOM;
        self.at_once.store(if wait { 0 } else { at_once }, Ordering::Relaxed);
        if !wait {
            return Ok(Either::A(true));
        }
        let pipe = Arc::clone(&self.pipe);
        promise(env, None, async move { Ok(pipe.room().await) }).map(Either::B)
    }

    /// Says that the last piece was written. False: the upload was over before.
    #[napi]
    pub fn end(&self) -> bool {
        self.pipe.end(Ok(()))
    }

    /// Says that the content broke off, and why: the upload fails, and no file is written. False: the upload was over
    /// before.
    #[napi]
    pub fn fail(&self, reason: Js<String>) -> bool {
        self.pipe.end(Err(reason.0))
    }

    /// The pieces as the core wants them.
    pub(crate) fn chunks(&self) -> napi::Result<ByteStream> {
        if self.taken.swap(true, Ordering::Relaxed) {
            return Err(invalid("this sink already has an upload"));
        }
        let pieces = Pieces(Arc::clone(&self.pipe));
        let next = |pieces: Pieces| async move { pieces.0.batch().await.map(|batch| (batch, pieces)) };
        Ok(futures::stream::unfold(pieces, next).boxed())
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
