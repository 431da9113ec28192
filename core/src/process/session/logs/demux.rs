//! Takes the bytes of a log apart into stdout and stderr, wherever they are cut.

use super::text::Utf8;
use super::{LogChunk, LogSource, SessionCommandLogs};
use daytona_protocol::session::{STDERR_MARKER, STDOUT_MARKER};

/// How much text one batch holds.
pub(super) const BATCH: usize = 256 << 10;
const FLOOD: usize = 32 << 10;
/// In how many pieces: text that changes its source with every letter must not cost a thousandfold.
const PIECES: usize = 1024;
/// Less room than the end of a log may need: two bytes of an unfinished marker, two unfinished characters.
const RESERVE: usize = 8;

/// The reader of one log.
#[derive(Debug, Default)]
pub(crate) struct Demux {
    markers: Markers,
    stdout: Utf8,
    stderr: Utf8,
    /// Bytes of text of each source that went into batches.
    taken: Counts,
    /// Bytes of text of each source that were taken before, and come again.
    skip: Counts,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    stdout: u64,
    stderr: u64,
}

impl Counts {
    fn of(&mut self, source: LogSource) -> &mut u64 {
        match source {
            LogSource::Stdout => &mut self.stdout,
            LogSource::Stderr => &mut self.stderr,
        }
    }
}

/// Text on its way to the reader.
#[derive(Debug, Default)]
pub(super) struct Batch {
    chunks: Vec<LogChunk>,
    len: usize,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.chunks.len() >= PIECES || self.len + RESERVE > BATCH
    }

    /// So much that nobody reads along.
    pub(super) fn is_flood(&self) -> bool {
        self.len > FLOOD
    }

    pub(super) fn take(&mut self) -> Vec<LogChunk> {
        self.len = 0;
        std::mem::take(&mut self.chunks)
    }

    /// Lets `write` add text of one source, given the room there is.
    fn add<T>(&mut self, source: LogSource, write: impl FnOnce(&mut String, usize) -> T) -> T {
        let room = BATCH.saturating_sub(self.len);
        let same = self.chunks.pop_if(|last| last.source == source);
        let mut text = same.map(|last| last.text).unwrap_or_default();
        let before = text.len();
        let outcome = write(&mut text, room);
        self.len += text.len() - before;
        if !text.is_empty() {
            self.chunks.push(LogChunk { source, text });
        }
        outcome
    }
}

impl Demux {
    /// A whole log at once.
    pub(crate) fn whole(mut bytes: &[u8]) -> SessionCommandLogs {
        let (mut demux, mut batch) = (Self::default(), Batch::default());
        let mut logs = SessionCommandLogs::default();
        loop {
            let taken = demux.push(bytes, &mut batch);
            bytes = &bytes[taken..];
            let last = bytes.is_empty();
            if last {
                demux.finish(&mut batch);
            }
            for chunk in batch.take() {
                logs.output.push_str(&chunk.text);
                match chunk.source {
                    LogSource::Stdout => logs.stdout.push_str(&chunk.text),
                    LogSource::Stderr => logs.stderr.push_str(&chunk.text),
                }
            }
            if last {
                return logs;
            }
        }
    }

    /// Takes bytes until the batch is full; returns how many.
    pub(super) fn push(&mut self, bytes: &[u8], batch: &mut Batch) -> usize {
        let mut left = bytes;
        while !batch.is_full() {
            let Some((source, run)) = self.markers.next(&mut left) else { break };
            let again = self.skip.of(source);
            let skipped = usize::try_from(*again).unwrap_or(usize::MAX).min(run.len());
            *again -= skipped as u64;
            let taken = self.emit(source, &run[skipped..], batch);
            // The rest of the run lies right before what is left; a run that does not is taken whole.
            let back = left.len() + run.len() - skipped - taken;
            left = &bytes[bytes.len() - back..];
        }
        bytes.len() - left.len()
    }

    /// The log has ended. `push` left room for this.
    pub(super) fn finish(&mut self, batch: &mut Batch) {
        let (source, held) = (self.markers.source, self.markers.release());
        self.emit(source, held, batch);
        batch.add(LogSource::Stdout, |text, _| self.stdout.finish(text));
        batch.add(LogSource::Stderr, |text, _| self.stderr.finish(text));
    }

    /// The log will be read from its first byte again; what was taken of it will be passed over.
    pub(super) fn rewind(&mut self) {
        self.markers = Markers::default();
        self.skip = self.taken;
    }

    /// How much text has been taken in all.
    pub(super) fn taken(&self) -> u64 {
        self.taken.stdout + self.taken.stderr
    }

    fn emit(&mut self, source: LogSource, run: &[u8], batch: &mut Batch) -> usize {
        if run.is_empty() {
            return 0;
        }
        let utf8 = match source {
            LogSource::Stdout => &mut self.stdout,
            LogSource::Stderr => &mut self.stderr,
        };
        let taken = batch.add(source, |text, room| utf8.push(run, room, text));
        *self.taken.of(source) += taken as u64;
        taken
    }
}

/// Finds the markers.
#[derive(Debug)]
struct Markers {
    /// Of the text at hand; stdout before any marker.
    source: LogSource,
    /// The marker whose beginning was seen, and how much of it.
    marker: &'static [u8; 3],
    seen: usize,
}

impl Default for Markers {
    fn default() -> Self {
        Self { source: LogSource::Stdout, marker: &STDOUT_MARKER, seen: 0 }
    }
}

impl Markers {
    /// The next run of text in `bytes`, which moves behind it.
    fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<(LogSource, &'a [u8])> {
        while let Some((first, rest)) = bytes.split_first() {
            if self.seen > 0 {
                if *first != self.marker[0] {
                    return Some((self.source, self.release()));
                }
                *bytes = rest;
                self.seen += 1;
                if self.seen == self.marker.len() {
                    let stderr = self.marker == &STDERR_MARKER;
                    self.source = if stderr { LogSource::Stderr } else { LogSource::Stdout };
                    self.seen = 0;
                }
                continue;
            }
            let at = memchr::memchr2(STDOUT_MARKER[0], STDERR_MARKER[0], bytes).unwrap_or(bytes.len());
            if at > 0 {
                let (run, rest) = bytes.split_at(at);
                *bytes = rest;
                return Some((self.source, run));
            }
            self.marker = if *first == STDERR_MARKER[0] { &STDERR_MARKER } else { &STDOUT_MARKER };
            self.seen = 1;
            *bytes = rest;
        }
        None
    }

    /// What was held as the beginning of a marker is text.
    fn release(&mut self) -> &'static [u8] {
        &self.marker[..std::mem::take(&mut self.seen)]
    }
}
