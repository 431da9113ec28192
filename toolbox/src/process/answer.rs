//! The JSON answer of a finished process, written while it is sent: output is decoded and escaped piece by
//! piece, once for `result` and, when asked for, once each for `stdout` and `stderr`.

use super::spool::{Frames, Spool, Stream};
use super::text::Utf8;
use crate::error::ApiError;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::value::RawValue;
use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;

/// Answers whose output is smaller are written in one piece, with a length.
const SMALL: usize = 64 << 10;
/// Size of the pieces of larger answers.
const PIECE: usize = 64 << 10;

/// A string member of the answer.
struct Member {
    opening: &'static str,
    /// The stream it shows; both when none.
    only: Option<Stream>,
}

/// An answer that is being written.
pub(super) struct Answer {
    exit_code: i32,
    frames: Frames,
    charts: Vec<Box<RawValue>>,
    small: bool,
    members: VecDeque<Member>,
    current: Option<Member>,
    decoders: [Utf8; 2],
    frame: Vec<u8>,
    scratch: Vec<u8>,
    state: State,
}

#[derive(PartialEq)]
enum State {
    Start,
    Members,
    Done,
}

impl Answer {
    pub(super) fn new(exit_code: i32, spool: Spool, charts: Vec<Box<RawValue>>, split: bool) -> Self {
        let mut members = VecDeque::from([Member { opening: ",\"result\":\"", only: None }]);
        if split {
            members.push_back(Member { opening: ",\"stdout\":\"", only: Some(Stream::Stdout) });
            members.push_back(Member { opening: ",\"stderr\":\"", only: Some(Stream::Stderr) });
        }
        Self {
            exit_code,
            small: spool.is_small(SMALL),
            frames: spool.into_frames(),
            charts,
            members,
            current: None,
            decoders: [Utf8::default(), Utf8::default()],
            frame: Vec::new(),
            scratch: Vec::new(),
            state: State::Start,
        }
    }

    /// The answer to a process that could not be started: exit code -1, and why as its output.
    pub(super) async fn not_started(why: String, split: bool) -> Result<Response, ApiError> {
        let mut spool = Spool::new(PathBuf::new());
        // A short text stays in memory, so nothing can fail here.
        let _ = spool.push(Stream::Stderr, why.as_bytes()).await;
        Self::new(-1, spool, Vec::new(), split).into_response().await
    }

    /// The HTTP answer.
    pub(super) async fn into_response(mut self) -> Result<Response, ApiError> {
        let body = if self.small {
            let mut whole = Vec::new();
            while let Some(piece) = self.next().await.map_err(unreadable)? {
                whole.extend_from_slice(&piece);
            }
            Body::from(whole)
        } else {
            Body::from_stream(futures::stream::try_unfold(self, |mut answer| async move {
                Ok::<_, io::Error>(answer.next().await?.map(|piece| (piece, answer)))
            }))
        };
        Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
    }

    /// The next piece of JSON; none after the last.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let mut out = Vec::with_capacity(if self.small { 512 } else { PIECE * 2 });
        if self.state == State::Start {
            out.extend_from_slice(format!("{{\"exitCode\":{}", self.exit_code).as_bytes());
            self.state = State::Members;
        }
        while self.state == State::Members && out.len() < PIECE {
            match self.current.take() {
                Some(member) => {
                    if self.step(&member, &mut out).await? {
                        self.current = Some(member);
                    }
                }
                None => match self.members.pop_front() {
                    Some(member) => {
                        self.frames.rewind().await?;
                        out.extend_from_slice(member.opening.as_bytes());
                        self.current = Some(member);
                    }
                    None => {
                        self.write_charts(&mut out)?;
                        out.push(b'}');
                        self.state = State::Done;
                    }
                },
            }
        }
        Ok((!out.is_empty()).then(|| Bytes::from(out)))
    }

    /// Writes one frame's part of a member. False when the member is complete.
    async fn step(&mut self, member: &Member, out: &mut Vec<u8>) -> io::Result<bool> {
        let scratch = &mut self.scratch;
        let Some(stream) = self.frames.next(&mut self.frame).await? else {
            for decoder in &mut self.decoders {
                decoder.finish(|text| escape(text, scratch, out));
            }
            out.push(b'"');
            return Ok(false);
        };
        if member.only.is_none_or(|only| only == stream) {
            self.decoders[stream as usize].push(&self.frame, |text| escape(text, scratch, out));
        }
        Ok(true)
    }

    fn write_charts(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if !self.charts.is_empty() {
            out.extend_from_slice(b",\"artifacts\":{\"charts\":");
            serde_json::to_writer(&mut *out, &std::mem::take(&mut self.charts))?;
            out.push(b'}');
        }
        Ok(())
    }
}

/// Appends `text` as the inside of a JSON string.
pub(super) fn escape(text: &str, scratch: &mut Vec<u8>, out: &mut Vec<u8>) {
    scratch.clear();
    // Writing a string into memory cannot fail.
    if serde_json::to_writer(&mut *scratch, text).is_ok() {
        out.extend_from_slice(&scratch[1..scratch.len() - 1]);
    }
}

fn unreadable(error: io::Error) -> ApiError {
    ApiError::internal(format!("cannot read back the output of the process: {error}"))
}
