//! A file that is being read for a client: opened without ever blocking, measured, and streamed.

use crate::error::ApiError;
use axum::body::Bytes;
use futures::Stream;
use rustix::fs::{Mode, OFlags, open};
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

/// Size of the pieces a file is sent in.
const PIECE: usize = 128 << 10;
/// How much of a file that claims to be empty is read: files of /proc claim so and are not.
const UNMEASURED: u64 = 1 << 20;

/// The whole content of a regular file of at most `limit` bytes, read in a file thread.
pub(crate) async fn read_whole(path: &Path, limit: u64) -> Result<Vec<u8>, ApiError> {
    let owned = path.to_owned();
    super::blocking(move || read_now(&owned, limit)).await
}

/// The same, in this thread.
pub(crate) fn read_now(path: &Path, limit: u64) -> Result<Vec<u8>, ApiError> {
    let source = Source::open_now(path)?;
    let mut content = source.content.unwrap_or_default();
    // One byte more tells a file that is too long, however long it was said to be.
    let read = (&source.file).take(limit + 1).read_to_end(&mut content);
    read.map_err(|error| ApiError::file("read", path, &error))?;
    if content.len() as u64 > limit {
        let mib = limit >> 20;
        return Err(ApiError::invalid_path(format!(
            "cannot read {}: it is longer than {mib} MiB",
            path.display()
        )));
    }
    Ok(content)
}

/// A regular file opened for reading.
pub(super) struct Source {
    file: File,
    metadata: Metadata,
    /// The content of a file whose size the system does not tell.
    content: Option<Vec<u8>>,
}

impl Source {
    /// Opens `path` in the pool of file threads.
    pub(super) async fn open(path: &Path) -> Result<Self, ApiError> {
        let owned = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || Self::open_now(&owned)).await;
        opened.map_err(|error| ApiError::internal(format!("cannot read {}: {error}", path.display())))?
    }

    fn open_now(path: &Path) -> Result<Self, ApiError> {
        let failed = |error: io::Error| ApiError::file("read", path, &error);
        // NONBLOCK: opening a FIFO that no one writes to must not hang.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = File::from(open(path, flags, Mode::empty()).map_err(|errno| failed(errno.into()))?);
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(ApiError::invalid_path(format!("cannot read {}: it is a folder", path.display())));
        }
        if !metadata.is_file() {
            return Err(ApiError::invalid_path(format!(
                "cannot read {}: it is a device, pipe or socket and not a regular file",
                path.display()
            )));
        }
        let mut source = Self { file, metadata, content: None };
        if source.metadata.len() == 0 {
            let mut content = Vec::new();
            (&source.file).take(UNMEASURED).read_to_end(&mut content).map_err(failed)?;
            source.content = Some(content);
        }
        Ok(source)
    }

    /// Its size in bytes.
    pub(super) fn len(&self) -> u64 {
        self.content.as_ref().map_or(self.metadata.len(), |content| content.len() as u64)
    }

    /// When it was last changed.
    pub(super) fn modified(&self) -> Option<std::time::SystemTime> {
        self.metadata.modified().ok()
    }

    /// Its bytes from `start`, exactly `len` of them: a file that shrinks meanwhile ends the stream with an
    /// error, one that grows is cut.
    pub(super) fn stream(
        mut self,
        start: u64,
        len: u64,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send> {
        use futures::stream::{StreamExt, once, unfold};
        if let Some(content) = self.content {
            let range = usize::try_from(start).ok().zip(usize::try_from(start + len).ok());
            let piece = range.and_then(|(start, end)| content.get(start..end).map(Bytes::copy_from_slice));
            return Ok(
                once(async move { piece.ok_or_else(|| io::ErrorKind::UnexpectedEof.into()) }).left_stream()
            );
        }
        if start > 0 {
            self.file.seek(SeekFrom::Start(start))?;
        }
        let file = tokio::fs::File::from_std(self.file).take(len);
        let pieces = ReaderStream::with_capacity(file, PIECE);
        let exact = unfold((pieces, len), |(mut pieces, left)| async move {
            match pieces.next().await {
                Some(Ok(piece)) => {
                    let left = left - piece.len() as u64;
                    Some((Ok(piece), (pieces, left)))
                }
                Some(Err(error)) => Some((Err(error), (pieces, left))),
                None if left > 0 => {
                    let error = io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the file became shorter while it was read",
                    );
                    Some((Err(error), (pieces, 0)))
                }
                None => None,
            }
        });
        Ok(exact.right_stream())
    }
}
