//! Request bodies: whether they can be sent a second time, whether they still move, and that they stop.
//!
//! What must stay true: once a request has failed, nothing more of its body is asked for. A server may refuse
//! what is still being sent, and the source may never end.

use crate::fs::ByteStream;
use crate::{Error, ErrorCode, Result};
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::RequestBuilder;
use reqwest::multipart::{Form, Part};
use serde::Serialize;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

/// One read from a local file, one write of content in memory.
const CHUNK: usize = 512 * 1024;
/// Pieces of a local file that wait to be sent.
const AHEAD: usize = 2;

/// What a request carries.
pub(crate) enum Body {
    /// Nothing.
    Empty,
    /// A JSON document.
    Json(Bytes),
    /// Small files for `POST /files/bulk-upload`.
    Form(Vec<FormFile>),
    /// Raw content in memory.
    Bytes(Bytes, Progress),
    /// A local file, opened anew for each attempt.
    File(PathBuf, Progress),
    /// A stream, which can be sent once.
    Stream(Option<ByteStream>, Progress),
}

/// One file of a form.
pub(crate) struct FormFile {
    /// Where it is to be written.
    pub(crate) path: String,
    /// What it is to hold.
    pub(crate) content: Bytes,
}

/// Whether a body moves, and if not, whom it waits for.
#[derive(Clone, Default)]
pub(crate) struct Progress(Arc<Moves>);

#[derive(Default)]
struct Moves {
    /// What the source gave so far, its end included.
    given: AtomicU64,
    /// The connection asked for more, and the source has nothing yet.
    awaited: AtomicBool,
}

impl Progress {
    /// How far it is; none while it is the source that everyone waits for.
    pub(crate) fn get(&self) -> Option<u64> {
        let given = self.0.given.load(Ordering::Relaxed);
        (!self.0.awaited.load(Ordering::Relaxed)).then_some(given)
    }

    /// The pieces, counted, until `stop`. Then an error follows, lest what was sent be taken for the whole.
    fn watch<S, E>(
        &self,
        pieces: S,
        stop: &CancellationToken,
    ) -> impl Stream<Item = std::result::Result<Bytes, BoxedError>> + use<S, E>
    where
        S: Stream<Item = std::result::Result<Bytes, E>>,
        E: Into<BoxedError>,
    {
        let (moves, stopped) = (Arc::clone(&self.0), stop.clone());
        let mut pieces = Box::pin(pieces);
        let counted = futures::stream::poll_fn(move |context| {
            let polled = pieces.as_mut().poll_next(context);
            moves.awaited.store(polled.is_pending(), Ordering::Relaxed);
            moves.given.fetch_add(u64::from(polled.is_ready()), Ordering::Relaxed);
            polled
        });
        let broken_off =
            futures::stream::once(async move { stopped.is_cancelled() }).filter_map(|stopped| async move {
                stopped.then(|| Err(BoxedError::from("the request is over already")))
            });
        counted.map_err(Into::into).take_until(stop.clone().cancelled_owned()).chain(broken_off)
    }
}

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

impl Body {
    pub(crate) fn json(verb: &str, value: &impl Serialize) -> Result<Self> {
        serde_json::to_vec(value)
            .map(|json| Self::Json(json.into()))
            .map_err(|error| Error::failed(ErrorCode::Validation, verb, error))
    }

    pub(super) fn can_resend(&self) -> bool {
        !matches!(self, Self::Stream(None, _))
    }

    /// The request with this body. The guard ends the body when it is dropped.
    pub(super) async fn attach(
        &mut self,
        request: RequestBuilder,
        verb: &str,
    ) -> Result<(RequestBuilder, DropGuard)> {
        let stop = CancellationToken::new();
        let request = match self {
            Self::Empty => request,
            Self::Json(json) => request.header(CONTENT_TYPE, "application/json").body(json.clone()),
            Self::Form(files) => request.multipart(form(files)),
            Self::Bytes(bytes, _) if bytes.len() <= CHUNK => {
                octets(request, Some(bytes.len() as u64)).body(bytes.clone())
            }
            Self::Bytes(bytes, progress) => {
                let pieces = futures::stream::iter(pieces(bytes.clone())).map(Ok::<_, std::io::Error>);
                let body = reqwest::Body::wrap_stream(progress.watch(pieces, &stop));
                octets(request, Some(bytes.len() as u64)).body(body)
            }
            Self::File(path, progress) => {
                let (file, length) = open(path, verb).await?;
                let stream = progress.watch(read_ahead(file.into_std().await, length), &stop);
                octets(request, length).body(reqwest::Body::wrap_stream(stream))
            }
            Self::Stream(stream, progress) => match stream.take() {
                Some(stream) => {
                    let stream = progress.watch(stream, &stop);
                    octets(request, None).body(reqwest::Body::wrap_stream(stream))
                }
                None => {
                    return Err(Error::failed(
                        ErrorCode::Connection,
                        verb,
                        "the stream was consumed already",
                    ));
                }
            },
        };
        Ok((request, stop.drop_guard()))
    }
}

/// Each path ahead of its file, as toolboxes want them. The name of the part says nothing: a path may be no file name.
fn form(files: &[FormFile]) -> Form {
    files.iter().enumerate().fold(Form::new(), |form, (index, FormFile { path, content })| {
        let part = Part::stream_with_length(content.clone(), content.len() as u64).file_name("file");
        form.text(format!("files[{index}].path"), path.clone()).part(format!("files[{index}].file"), part)
    })
}

fn octets(request: RequestBuilder, length: Option<u64>) -> RequestBuilder {
    let request = request.header(CONTENT_TYPE, "application/octet-stream");
    match length {
        Some(length) => request.header(CONTENT_LENGTH, length),
        None => request,
    }
}

/// Shares of one buffer, none of it copied.
fn pieces(mut bytes: Bytes) -> impl Iterator<Item = Bytes> {
    std::iter::from_fn(move || {
        let next = bytes.split_to(bytes.len().min(CHUNK));
        (!next.is_empty()).then_some(next)
    })
}

/// A file's content, of which the next pieces are read while one is sent.
///
/// A file that grows meanwhile is sent as long as it was; one that shrinks breaks the request.
fn read_ahead(file: std::fs::File, length: Option<u64>) -> impl Stream<Item = std::io::Result<Bytes>> {
    let (sender, mut receiver) = mpsc::channel(AHEAD);
    let (back, spare) = std::sync::mpsc::channel();
    let capacity = length.map_or(CHUNK, |length| usize::try_from(length).unwrap_or(CHUNK).min(CHUNK));
    tokio::task::spawn_blocking(move || {
        let mut file = file.take(length.unwrap_or(u64::MAX));
        loop {
            let mut buffer: Vec<u8> = spare.try_recv().unwrap_or_default();
            buffer.resize(capacity, 0);
            // One read, so that what a pipe has goes on before it has more.
            let piece = match file.read(&mut buffer) {
                Ok(0) => return,
                Ok(len) => Ok(Bytes::from_owner(Lent { buffer, len, back: back.clone() })),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let last = piece.is_err();
            // Who broke off wants no more.
            if sender.blocking_send(piece).is_err() || last {
                return;
            }
        }
    });
    futures::stream::poll_fn(move |context| receiver.poll_recv(context))
}

/// A piece's memory, which is filled again once the piece is sent: new memory costs as much as reading into it.
struct Lent {
    buffer: Vec<u8>,
    len: usize,
    back: std::sync::mpsc::Sender<Vec<u8>>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[..self.len]
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // Nobody reads any more; then it is simply freed.
        let _ = self.back.send(std::mem::take(&mut self.buffer));
    }
}

/// Opens a local file for sending; its length when it is a regular file.
pub(crate) async fn open(path: &Path, verb: &str) -> Result<(tokio::fs::File, Option<u64>)> {
    let refuse =
        |reason: String| Error::validation(verb, format!("the local file {}: {reason}", path.display()));
    let file = tokio::fs::File::open(path).await.map_err(|error| refuse(error.to_string()))?;
    let meta = file.metadata().await.map_err(|error| refuse(error.to_string()))?;
    if meta.is_dir() {
        return Err(refuse("it is a folder; upload its files one by one".into()));
    }
    Ok((file, meta.is_file().then_some(meta.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::channel::mpsc;

    #[tokio::test]
    async fn progress_tells_a_source_that_has_nothing_from_a_connection_that_takes_nothing() {
        let (mut source, pieces) = mpsc::channel::<std::io::Result<Bytes>>(2);
        let progress = Progress::default();
        let mut body = Box::pin(progress.watch(pieces, &CancellationToken::new()));
        assert_eq!(progress.get(), Some(0), "the connection did not ask");
        assert!(futures::poll!(body.next()).is_pending());
        assert_eq!(progress.get(), None, "it asked, and the source has nothing");
        source.try_send(Ok(Bytes::from_static(b"x"))).expect("room");
        assert_eq!(progress.get(), None, "nobody looked yet");
        assert!(body.next().await.expect("a piece").is_ok());
        assert_eq!(progress.get(), Some(1), "it has a piece and does not ask");
        drop(source);
        assert!(body.next().await.is_none());
        assert_eq!(progress.get(), Some(2), "the end is given too; what is missing is the answer");
    }
}
