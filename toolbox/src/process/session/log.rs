//! A command's log: a file that grows by whole records, and how far it has grown.
//!
//! A record is a marker and text: a line, or a part of a line when a program pauses in it or it is endless.
//! No record ends within a character. What is held here is at most `MAX_LINE` bytes per stream.

use super::super::spool::Stream;
use crate::error::is_full;
use daytona_protocol::session::{STDERR_MARKER, STDOUT_MARKER};
use std::path::PathBuf;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::sync::{Mutex, watch};

/// Longer lines become several records.
const MAX_LINE: usize = 64 << 10;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With this exit code.
    Exit(i32),
    /// Its session's shell ended before its turn came.
    NotRun,
    /// Its session was deleted.
    Cancelled,
}

/// Why a log is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The disk is full.
    Full,
    /// Writing failed.
    Failed,
}

/// How far a log has come. `len` only grows, and stays once `end` is set.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// Bytes that can be read.
    pub len: u64,
    /// Set when the command has ended.
    pub end: Option<End>,
    /// Set when output had to be dropped.
    pub broken: Option<Broken>,
}

/// The writing side.
pub(super) struct Log {
    /// The file, which readers open for themselves.
    pub path: PathBuf,
    writer: Mutex<Writer>,
    progress: watch::Sender<Progress>,
}

struct Writer {
    /// None when the command has ended, so that old logs hold no descriptor.
    file: Option<File>,
    lines: [Line; 2],
}

/// The current line of one stream.
#[derive(Default)]
struct Line {
    held: Vec<u8>,
    /// A part of it is in the log already.
    open: bool,
}

impl Log {
    /// A log in `file`, which is empty and at `path`.
    pub(super) fn new(path: PathBuf, file: std::fs::File) -> Self {
        let writer = Writer { file: Some(File::from_std(file)), lines: Default::default() };
        Self { path, writer: Mutex::new(writer), progress: watch::Sender::new(Progress::default()) }
    }

    /// How far it is.
    pub(super) fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    /// Tells of progress from now on.
    pub(super) fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Adds output as it comes.
    pub(super) async fn append(&self, stream: Stream, bytes: &[u8]) {
        let mut writer = self.writer.lock().await;
        let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
        let line = &mut writer.lines[stream as usize];
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            line.push(stream, piece, &mut out);
        }
        self.write(&mut writer, &out).await;
    }

    /// Adds text at once, as a record of its own.
    pub(super) async fn record(&self, stream: Stream, text: &[u8]) {
        let mut writer = self.writer.lock().await;
        let mut out = Vec::with_capacity(text.len() + 8);
        writer.lines[stream as usize].flush(stream, &mut out);
        put(stream, text, &mut out);
        writer.lines[stream as usize].open = !text.ends_with(b"\n");
        self.write(&mut writer, &out).await;
    }

    /// Lets readers see the lines that are not complete yet.
    pub(super) async fn flush(&self) {
        let mut writer = self.writer.lock().await;
        let mut out = Vec::new();
        for stream in [Stream::Stdout, Stream::Stderr] {
            writer.lines[stream as usize].flush(stream, &mut out);
        }
        self.write(&mut writer, &out).await;
    }

    /// The command has ended. Only the first end counts.
    pub(super) async fn finish(&self, end: End) {
        let mut writer = self.writer.lock().await;
        let mut out = Vec::new();
        for stream in [Stream::Stdout, Stream::Stderr] {
            writer.lines[stream as usize].finish(stream, &mut out);
        }
        self.write(&mut writer, &out).await;
        writer.file = None;
        self.progress.send_if_modified(|progress| {
            let first = progress.end.is_none();
            progress.end.get_or_insert(end);
            first
        });
    }

    async fn write(&self, writer: &mut Writer, out: &[u8]) {
        let Some(file) = &mut writer.file else { return };
        if out.is_empty() {
            return;
        }
        let written = match file.write_all(out).await {
            Ok(()) => file.flush().await,
            Err(error) => Err(error),
        };
        match written {
            Ok(()) => self.progress.send_modify(|progress| progress.len += out.len() as u64),
            Err(error) => {
                // What follows a gap would be misleading, so nothing does; the command itself runs on.
                writer.file = None;
                let broken = if is_full(&error) { Broken::Full } else { Broken::Failed };
                self.progress.send_modify(|progress| progress.broken = Some(broken));
            }
        }
    }
}

impl Line {
    /// Takes a line, or the part of one that does not end with a newline.
    fn push(&mut self, stream: Stream, piece: &[u8], out: &mut Vec<u8>) {
        let ends = piece.ends_with(b"\n");
        if ends && self.held.is_empty() {
            put(stream, piece, out);
        } else {
            self.held.extend_from_slice(piece);
            if ends {
                put(stream, &self.held, out);
                self.held.clear();
            } else if self.held.len() >= MAX_LINE {
                return self.flush(stream, out);
            }
        }
        if ends {
            self.open = false;
        }
    }

    /// Writes what is held, but for the beginning of a character.
    fn flush(&mut self, stream: Stream, out: &mut Vec<u8>) {
        let whole = self.held.len() - cut_character(&self.held);
        if whole > 0 {
            put(stream, &self.held[..whole], out);
            self.held.drain(..whole);
            self.open = true;
        }
    }

    /// Writes all that is held and ends the line.
    fn finish(&mut self, stream: Stream, out: &mut Vec<u8>) {
        if !self.held.is_empty() || self.open {
            self.held.push(b'\n');
            put(stream, &self.held, out);
        }
        *self = Self::default();
    }
}

fn put(stream: Stream, text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&if stream == Stream::Stdout { STDOUT_MARKER } else { STDERR_MARKER });
    out.extend_from_slice(text);
}

/// How many bytes at the end are the beginning of a character whose rest has not come.
fn cut_character(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    for start in 0..tail.len() {
        if let Err(error) = std::str::from_utf8(&tail[start..]) {
            // Begins a character, and that one reaches the end.
            if error.valid_up_to() == 0 && error.error_len().is_none() {
                return tail.len() - start;
            }
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::{End, Log, cut_character};
    use crate::process::spool::Stream;

    async fn written(pieces: &[(Stream, &str)]) -> String {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let log = Log::new(file.path().to_owned(), file.reopen().expect("the file"));
        for (stream, piece) in pieces {
            log.append(*stream, piece.as_bytes()).await;
            log.flush().await;
        }
        log.finish(End::Exit(0)).await;
        log.append(Stream::Stdout, b"too late\n").await;
        let text = std::fs::read_to_string(file.path()).expect("text");
        assert_eq!(log.progress().len, text.len() as u64);
        text.replace("\u{1}\u{1}\u{1}", "<1>").replace("\u{2}\u{2}\u{2}", "<2>")
    }

    #[tokio::test]
    async fn records_hold_lines_and_what_was_flushed() {
        use Stream::{Stderr, Stdout};
        assert_eq!(written(&[(Stdout, "a\nb\n"), (Stderr, "\n")]).await, "<1>a\n<1>b\n<2>\n");
        assert_eq!(written(&[(Stdout, "a")]).await, "<1>a<1>\n");
        assert_eq!(written(&[(Stdout, "a?"), (Stderr, "e\n"), (Stdout, "b\n")]).await, "<1>a?<2>e\n<1>b\n");
        assert_eq!(written(&[]).await, "");
    }

    #[test]
    fn the_beginning_of_a_character_is_told_from_what_is_none() {
        let cases: [(&[u8], usize); 8] = [
            (b"", 0),
            (b"a", 0),
            ("é".as_bytes(), 0),
            (b"a\xc3", 1),
            (b"\xe2\x82", 2),
            (b"x\xf0\x9d\x84", 3),
            (b"\xff", 0),
            (b"\x82\x82", 0),
        ];
        for (bytes, cut) in cases {
            assert_eq!(cut_character(bytes), cut, "{bytes:?}");
        }
    }
}
