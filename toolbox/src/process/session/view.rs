//! A log, read from its file for one client: as it is, without markers, one stream alone, as JSON. What is in
//! memory is one piece, however long the log.

use super::super::answer::escape;
use super::super::spool::Stream;
use super::super::text::Utf8;
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use daytona_protocol::session::{STDERR_MARKER, STDOUT_MARKER};
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Size of the pieces a log is read in.
pub(super) const PIECE: usize = 256 << 10;

/// A part of an answer.
pub(super) enum Part {
    /// These words.
    Literal(String),
    /// The log.
    Log(Show),
}

/// How the log shows in a part.
#[derive(Clone, Copy, Default)]
pub(super) struct Show {
    /// Leave out the markers.
    pub bare: bool,
    /// Leave out the other stream.
    pub only: Option<Stream>,
    /// Make it valid text.
    pub text: bool,
    /// Make it the inside of a JSON string.
    pub json: bool,
}

/// An answer that is being written.
pub(super) struct View {
    file: Arc<File>,
    start: u64,
    len: u64,
    parts: VecDeque<Part>,
    current: Option<(u64, Filter)>,
}

impl View {
    /// An answer of `parts`, in which the log has `len` bytes and is shown from `start` on.
    pub(super) fn new(file: File, start: u64, len: u64, parts: impl IntoIterator<Item = Part>) -> Self {
        Self { file: Arc::new(file), start, len, parts: parts.into_iter().collect(), current: None }
    }

    /// The HTTP answer; a short one in one piece, with a length.
    pub(super) async fn into_response(mut self, content_type: &'static str) -> io::Result<Response> {
        let body = if self.len - self.start < PIECE as u64 {
            let mut whole = Vec::new();
            while let Some(piece) = self.next().await? {
                whole.extend_from_slice(&piece);
            }
            Body::from(whole)
        } else {
            Body::from_stream(futures::stream::try_unfold(self, |mut view| async move {
                Ok::<_, io::Error>(view.next().await?.map(|piece| (piece, view)))
            }))
        };
        Ok(([(CONTENT_TYPE, content_type)], body).into_response())
    }

    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let mut out = Vec::new();
            match &mut self.current {
                None => match self.parts.pop_front() {
                    None => return Ok(None),
                    Some(Part::Literal(text)) => return Ok(Some(text.into())),
                    Some(Part::Log(show)) => self.current = Some((self.start, Filter::new(show))),
                },
                Some((offset, filter)) if *offset < self.len => {
                    let piece = read_at(&self.file, *offset, self.len - *offset).await?;
                    *offset += piece.len() as u64;
                    filter.push(&piece, &mut out);
                }
                Some((_, filter)) => {
                    filter.finish(&mut out);
                    self.current = None;
                }
            }
            if !out.is_empty() {
                return Ok(Some(out.into()));
            }
        }
    }
}

/// Reads up to `count` bytes at `offset`, at most a piece and at least one.
pub(super) async fn read_at(file: &Arc<File>, offset: u64, count: u64) -> io::Result<Vec<u8>> {
    let file = Arc::clone(file);
    let read = move || {
        let mut piece = vec![0; usize::try_from(count).unwrap_or(PIECE).min(PIECE)];
        let got = file.read_at(&mut piece, offset)?;
        piece.truncate(got);
        // What was in the log is not there any more: someone in the sandbox has cut the file.
        if got == 0 { Err(io::Error::from(io::ErrorKind::UnexpectedEof)) } else { Ok(piece) }
    };
    tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
}

/// Turns the bytes of a log into what is shown of it, whatever way they are cut into pieces.
#[derive(Default)]
pub(super) struct Filter {
    show: Show,
    /// The stream of the text at hand; stdout before any marker.
    stderr: bool,
    /// So many bytes of a marker have been seen, all of this value.
    seen: usize,
    byte: u8,
    utf8: Utf8,
    scratch: Vec<u8>,
}

impl Filter {
    pub(super) fn new(show: Show) -> Self {
        Self { show, ..Self::default() }
    }

    /// Takes more of the log and adds what shows of it to `out`.
    pub(super) fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        if !self.show.bare {
            return self.emit(bytes, out);
        }
        while let Some(first) = bytes.first() {
            if self.seen > 0 {
                if *first != self.byte {
                    self.release(out);
                    continue;
                }
                bytes = &bytes[1..];
                self.seen += 1;
                if self.seen == STDOUT_MARKER.len() {
                    self.stderr = self.byte == STDERR_MARKER[0];
                    self.seen = 0;
                }
                continue;
            }
            let at = memchr::memchr2(STDOUT_MARKER[0], STDERR_MARKER[0], bytes).unwrap_or(bytes.len());
            self.emit(&bytes[..at], out);
            if let Some(byte) = bytes.get(at) {
                (self.byte, self.seen) = (*byte, 1);
            }
            bytes = bytes.get(at + 1..).unwrap_or_default();
        }
    }

    /// The log has ended.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        self.release(out);
        let Self { show, utf8, scratch, .. } = self;
        utf8.finish(|text| put(text, *show, scratch, out));
    }

    /// What was held as the beginning of a marker is none.
    fn release(&mut self, out: &mut Vec<u8>) {
        let held = [self.byte; STDOUT_MARKER.len()];
        let seen = std::mem::take(&mut self.seen);
        self.emit(&held[..seen], out);
    }

    fn emit(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let stream = if self.stderr { Stream::Stderr } else { Stream::Stdout };
        if self.show.only.is_some_and(|only| only != stream) {
            return;
        }
        if !self.show.text && !self.show.json {
            return out.extend_from_slice(bytes);
        }
        let Self { show, utf8, scratch, .. } = self;
        utf8.push(bytes, |text| put(text, *show, scratch, out));
    }
}

fn put(text: &str, show: Show, scratch: &mut Vec<u8>, out: &mut Vec<u8>) {
    if show.json { escape(text, scratch, out) } else { out.extend_from_slice(text.as_bytes()) }
}

#[cfg(test)]
mod tests {
    use super::{Filter, Show, Stream};

    #[test]
    fn markers_are_found_wherever_the_log_is_cut() {
        let log = b"\x01\x01\x01out\n\x02\x02\x02e\x01\x02\x02r\n\x01\x01\x01\xe2\x82\xac?\x02\x02\x02\n\x01\x01\x01\x01";
        let cases = [
            (None, "out\ne\u{1}\u{2}\u{2}r\n€?\n\u{1}"),
            (Some(Stream::Stdout), "out\n€?\u{1}"),
            (Some(Stream::Stderr), "e\u{1}\u{2}\u{2}r\n\n"),
        ];
        for (only, expected) in cases {
            for cut in 1..=log.len() {
                let mut filter = Filter::new(Show { bare: true, only, text: true, json: false });
                let mut out = Vec::new();
                log.chunks(cut).for_each(|piece| filter.push(piece, &mut out));
                filter.finish(&mut out);
                assert_eq!(String::from_utf8_lossy(&out), expected, "{only:?} cut every {cut} bytes");
            }
        }
    }
}
