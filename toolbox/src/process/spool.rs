//! Where captured output waits for its answer: in memory while it is small, then in a file without a name
//! in the sandbox's own temporary folder, so that the sandbox's disk quota and not this process's memory
//! pays for it, and nothing is left of it when this process ends.
//!
//! Output is kept as frames in order of arrival: one byte for the stream, four for the length, then bytes.

use std::io::{self, Cursor, SeekFrom};
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufReader, ReadBuf};

/// Output beyond this goes to disk.
const IN_MEMORY: usize = 4 << 20;
/// Once on disk, output is written in pieces of about this size.
const WRITE: usize = 256 << 10;
/// Writes of one stream in a row share a frame up to this size, so that small ones cost no more than large ones.
const FRAME: usize = 64 << 10;

/// A frame's stream and length.
const HEAD: usize = 5;

/// One of a process's output streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Output while it comes in.
pub(super) struct Spool {
    memory: Vec<u8>,
    file: Option<File>,
    len: u64,
    /// The last frame in `memory`: where it begins, and its stream.
    last: Option<(usize, Stream)>,
    dir: PathBuf,
}

impl Spool {
    /// An empty one that overflows into `dir`.
    pub(super) fn new(dir: PathBuf) -> Self {
        Self { memory: Vec::new(), file: None, len: 0, last: None, dir }
    }

    /// Bytes kept, frames included, which bounds disk use even for output of single bytes.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Whether all of it is in memory, and that is less than `limit` bytes.
    pub(super) fn is_small(&self, limit: usize) -> bool {
        self.file.is_none() && self.memory.len() < limit
    }

    /// Keeps `data`, at most 4 GiB at once.
    pub(super) async fn push(&mut self, stream: Stream, data: &[u8]) -> io::Result<()> {
        if data.is_empty() {
            return Ok(());
        }
        let before = self.memory.len();
        let start = match self.last {
            Some((start, last)) if last == stream && before + data.len() <= start + HEAD + FRAME => start,
            _ => {
                self.memory.extend_from_slice(&[stream as u8, 0, 0, 0, 0]);
                before
            }
        };
        self.memory.extend_from_slice(data);
        let len = u32::try_from(self.memory.len() - start - HEAD).map_err(io::Error::other)?;
        self.memory[start + 1..start + HEAD].copy_from_slice(&len.to_le_bytes());
        self.last = Some((start, stream));
        self.len += (self.memory.len() - before) as u64;
        if self.memory.len() > if self.file.is_some() { WRITE } else { IN_MEMORY } {
            self.flush().await?;
        }
        Ok(())
    }

    /// Call once after the last `push`.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        if self.file.is_some() { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            let dir = self.dir.clone();
            let file = tokio::task::spawn_blocking(move || tempfile::tempfile_in(dir)).await??;
            self.file = Some(File::from_std(file));
        }
        if let Some(file) = &mut self.file {
            file.write_all(&self.memory).await?;
            file.flush().await?;
            self.memory = Vec::with_capacity(WRITE + WRITE / 2);
            self.last = None;
        }
        Ok(())
    }

    /// Reads it back from the beginning, any number of times.
    pub(super) fn into_frames(self) -> Frames {
        let source = match self.file {
            Some(file) => Source::File(file),
            None => Source::Memory(Cursor::new(self.memory)),
        };
        Frames { reader: BufReader::with_capacity(64 << 10, source) }
    }
}

/// Output while it goes out. Starts at the beginning after each `rewind`.
pub(super) struct Frames {
    reader: BufReader<Source>,
}

impl Frames {
    /// Goes back to the first frame.
    pub(super) async fn rewind(&mut self) -> io::Result<()> {
        // BufReader's own seek discards what it has buffered.
        self.reader.seek(SeekFrom::Start(0)).await.map(|_| ())
    }

    /// Reads the next frame into `data`; none at the end.
    pub(super) async fn next(&mut self, data: &mut Vec<u8>) -> io::Result<Option<Stream>> {
        data.clear();
        let mut head = [0; HEAD];
        match self.reader.read_exact(&mut head).await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        };
        let len = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
        data.resize(usize::try_from(len).map_err(io::Error::other)?, 0);
        self.reader.read_exact(data).await?;
        Ok(Some(if head[0] == Stream::Stdout as u8 { Stream::Stdout } else { Stream::Stderr }))
    }
}

enum Source {
    Memory(Cursor<Vec<u8>>),
    File(File),
}

impl AsyncRead for Source {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Memory(memory) => Pin::new(memory).poll_read(cx, buf),
            Self::File(file) => Pin::new(file).poll_read(cx, buf),
        }
    }
}

impl tokio::io::AsyncSeek for Source {
    fn start_seek(self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        match self.get_mut() {
            Self::Memory(memory) => Pin::new(memory).start_seek(position),
            Self::File(file) => Pin::new(file).start_seek(position),
        }
    }

    fn poll_complete(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        match self.get_mut() {
            Self::Memory(memory) => Pin::new(memory).poll_complete(cx),
            Self::File(file) => Pin::new(file).poll_complete(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FRAME, HEAD, Spool, Stream};

    #[tokio::test]
    async fn small_writes_share_frames_and_streams_stay_apart() {
        let mut spool = Spool::new(std::env::temp_dir());
        for _ in 0..FRAME + 1 {
            spool.push(Stream::Stdout, b"a").await.expect("memory");
        }
        assert_eq!(spool.len(), (FRAME + 1 + 2 * HEAD) as u64);
        spool.push(Stream::Stderr, b"b").await.expect("memory");
        spool.push(Stream::Stdout, b"c").await.expect("memory");
        spool.finish().await.expect("memory");
        let (mut frames, mut data) = (spool.into_frames(), Vec::new());
        let mut seen = Vec::new();
        while let Some(stream) = frames.next(&mut data).await.expect("memory") {
            seen.push((stream, data.len(), data[0]));
        }
        let expected = [
            (Stream::Stdout, FRAME, b'a'),
            (Stream::Stdout, 1, b'a'),
            (Stream::Stderr, 1, b'b'),
            (Stream::Stdout, 1, b'c'),
        ];
        assert_eq!(seen, expected);
    }
}
