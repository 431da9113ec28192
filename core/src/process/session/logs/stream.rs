//! Following the log of a command over as many connections as it takes.
//!
//! Order: text of one source comes as it was written, and between the sources as the log has it. Every byte
//! comes once; bytes that are no UTF-8 come as U+FFFD, and no character is split, not even by a reconnect.
//!
//! Pull: what has been read and not asked for is one message of at most 1 MiB and the buffers of one
//! connection. While nobody calls `next` nothing is read, so the sandbox's log file keeps what is to come.
//!
//! Resume: a toolbox like ours takes `offset=N` and says so by `x-daytona-log-next: N` in the head that opens
//! the WebSocket; the log then goes on with byte N, in the middle of a marker or character if need be. Who does
//! not say so is not asked again: without an offset the log begins anew, and the text of each source that was
//! delivered is counted and passed over. Text and not bytes is counted there, because such servers may put
//! the markers elsewhere the second time.
//! A first connection that fails is an error at once, after the retries of every call. Later ones are
//! tried again with growing pauses, [`TRIES`] times in a row without a new byte; only what may pass is tried
//! again, not a 404.
//!
//! End: the server says that the command has ended and the log is complete. Whatever else ends a stream is an
//! error, which every further call repeats: an incomplete log must not look like a complete one.

use super::LogChunk;
use super::connection::{Connection, Received};
use super::demux::{Batch, Demux};
use super::whole::verb;
use crate::process::Process;
use crate::transport::{delays, pause};
use crate::{Error, ErrorCode, Result};
use bytes::{Buf, Bytes};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::time::Duration;
use tokio::time::Instant;

/// Connections in a row that may fail without bringing anything new.
const TRIES: u32 = 8;

/// How long a flood of text waits for more of it.
const LINGER: Duration = Duration::from_millis(2);

/// The log of a command as it comes; see [`Process::stream_session_command_logs`].
pub struct LogStream {
    process: Process,
    session_id: String,
    command_id: String,
    state: State,
    demux: Demux,
    batch: Batch,
    /// Received and not yet taken apart; empty whenever the connection is asked for more.
    pending: Bytes,
    /// Bytes received of a log whose server counts them too; none while it is not known to.
    offset: Option<u64>,
    /// Whether there has been a connection.
    connected: bool,
    /// Connections that failed since text last came, and the pauses after them.
    failures: u32,
    delays: Box<dyn Iterator<Item = Duration> + Send>,
}

enum State {
    /// A connection is being made, perhaps after a pause. Kept here, so that a dropped `next` loses no try.
    Opening(BoxFuture<'static, Result<Box<Connection>>>),
    Open(Box<Connection>),
    Ended(Result<()>),
}

enum Event {
    Opened(Result<Box<Connection>>),
    Received(Received),
}

impl Process {
    /// Follows the log of a command from its beginning until the command has ended. Nothing is sent before the
    /// first call of [`LogStream::next`].
    #[must_use]
    pub fn stream_session_command_logs(&self, session_id: &str, command_id: &str) -> LogStream {
        let (session_id, command_id) = (session_id.to_owned(), command_id.to_owned());
        let opening = Connection::open(self.clone(), session_id.clone(), command_id.clone(), Some(0));
        LogStream {
            process: self.clone(),
            session_id,
            command_id,
            state: State::Opening(opening.boxed()),
            demux: Demux::default(),
            batch: Batch::default(),
            pending: Bytes::new(),
            offset: Some(0),
            connected: false,
            failures: 0,
            delays: Box::new(delays()),
        }
    }
}

impl LogStream {
    /// The next text, as soon as there is some: at most 256 KiB, in the order of the log, neighbours of one
    /// source joined. More than 32 KiB wait up to 2 ms for more. None when the command has ended and everything was delivered.
    ///
    /// The future may be dropped at any time; the next call goes on where it stood.
    ///
    /// # Errors
    /// `NotFound` when there is no such session or command, or the session is deleted and the connection breaks;
    /// `Connection` when it breaks and cannot be made again; `Server` when the sandbox could not keep the whole log.
    /// An error ends the stream: every further call gives it again.
    pub async fn next(&mut self) -> Result<Option<Vec<LogChunk>>> {
        let mut due = None;
        loop {
            self.decode();
            if self.batch.is_full() {
                return Ok(Some(self.batch.take()));
            }
            let event = if self.batch.is_empty() {
                match &mut self.state {
                    State::Opening(opening) => Event::Opened(opening.await),
                    State::Open(connection) => Event::Received(connection.next().await),
                    State::Ended(outcome) => return outcome.clone().map(|()| None),
                }
            } else {
                // Joins what is there; of a flood, also what comes right after: a reader that is woken for each piece of it
                // is slower than one that gets more at a time.
                let ready = match &mut self.state {
                    State::Open(connection) if self.batch.is_flood() => {
                        let due = *due.get_or_insert_with(|| Instant::now() + LINGER);
                        tokio::time::timeout_at(due, connection.next()).await.ok()
                    }
                    State::Open(connection) => connection.ready(),
                    State::Opening(_) | State::Ended(_) => None,
                };
                match ready {
                    Some(received) => Event::Received(received),
                    None => return Ok(Some(self.batch.take())),
                }
            };
            self.apply(event);
        }
    }

    fn decode(&mut self) {
        let before = self.demux.taken();
        let taken = self.demux.push(&self.pending, &mut self.batch);
        self.pending.advance(taken);
        if self.demux.taken() > before && self.failures > 0 {
            self.failures = 0;
            self.delays = Box::new(delays());
        }
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Opened(Ok(connection)) => {
                let first = !std::mem::replace(&mut self.connected, true);
                if !connection.counts {
                    let asked = self.offset.take().is_some();
                    if asked && !first {
                        // It counted before, so there is no telling where it begins now.
                        let error = self.error(ErrorCode::Connection, "the server lost count of the log");
                        return self.reopen(error);
                    }
                    self.demux.rewind();
                }
                self.state = State::Open(connection);
            }
            Event::Opened(Err(error)) if self.connected => self.reopen(error),
            Event::Opened(Err(error)) => self.state = State::Ended(Err(error)),
            Event::Received(Received::Bytes(bytes)) => {
                self.offset = self.offset.map(|offset| offset + bytes.len() as u64);
                self.pending = bytes;
            }
            Event::Received(Received::End) => {
                self.demux.finish(&mut self.batch);
                self.state = State::Ended(Ok(()));
            }
            Event::Received(Received::Broken(reason)) => {
                let error = self.error(ErrorCode::Connection, &format!("the connection broke ({reason})"));
                self.reopen(error);
            }
            Event::Received(Received::Refused(reason)) => {
                self.state = State::Ended(Err(self.error(ErrorCode::Server, &reason)));
            }
        }
    }

    /// Makes another connection after a pause, if that may help.
    fn reopen(&mut self, error: Error) {
        self.failures += 1;
        let pause = if self.failures > TRIES { None } else { pause(&error, &mut self.delays) };
        let Some(pause) = pause else {
            self.state = State::Ended(Err(error));
            return;
        };
        tracing::debug!(%error, failures = self.failures, ?pause, "following the log anew");
        let (process, offset) = (self.process.clone(), self.offset);
        let (session, command) = (self.session_id.clone(), self.command_id.clone());
        let opening = async move {
            tokio::time::sleep(pause).await;
            Connection::open(process, session, command, offset).await
        };
        self.state = State::Opening(opening.boxed());
    }

    fn error(&self, code: ErrorCode, reason: &str) -> Error {
        Error::failed(code, &verb(&self.process, &self.session_id, &self.command_id), reason)
    }
}

impl std::fmt::Debug for LogStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogStream")
            .field("session_id", &self.session_id)
            .field("command_id", &self.command_id)
            .finish_non_exhaustive()
    }
}
