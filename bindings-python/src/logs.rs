//! The output of a session's command as it is written.
//!
//! It crosses to Python in batches; what of a batch nobody has asked for yet waits here, and nothing more is read
//! until it was taken. A piece whose reader was cancelled goes to the next reader: nothing is lost or doubled.

use crate::call::{self, Parcel};
use crate::home::{Home, Rooted};
use crate::values;
use daytona_core::{LogChunk, LogStream, Result};
use daytona_python_twins::twins;
use pyo3::exceptions::{PyStopAsyncIteration, PyStopIteration};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

const VERB: &str = "follow the log";

/// The output of a command as it is written: an {async}iterator of ``SessionLogChunk``, made by
/// ``process.stream_session_command_logs``.
///
/// It ends when the command has ended and everything was delivered. While nobody reads, what the command writes waits
/// in the sandbox, on its disk, and the command goes on.
///
/// Example:
///     ```python
///     session = {await}sandbox.process.get_session("build")
///     {async}for chunk in sandbox.process.stream_session_command_logs("build", session.commands[-1].id):
///         print(chunk.source, chunk.text, end="")
///     ```
#[twins]
#[pyclass(frozen, module = "daytona_sdk.process")]
pub(crate) struct SessionLogStream(Source);

#[twins]
impl SessionLogStream {
    pub(crate) fn of(stream: LogStream) -> Self {
        let logs = Logs { stream: Some(Rooted::new(stream)), waiting: VecDeque::new() };
        let logs = Arc::new(Mutex::new(logs));
        Self(Source { home: Home::here(), logs, closed: CancellationToken::new() })
    }
}

#[twins]
#[pymethods]
impl SessionLogStream {
    #[only(sync)]
    #[gives("Self")]
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    #[only(sync)]
    #[gives("SessionLogChunk")]
    fn __next__(&self) -> Call {
        Call::next(self.0.clone().next(), || PyStopIteration::new_err(()))
    }

    #[gives("Self")]
    fn __aiter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    #[gives("Coroutine[Any, Any, SessionLogChunk]")]
    fn __anext__(&self) -> call::Coroutine {
        call::Coroutine::next(self.0.clone().next(), || PyStopAsyncIteration::new_err(()))
    }

    /// A batch of (text, source), empty at the end; for `_logs.follow`.
    #[pyo3(signature = ())]
    fn _batch(&self) -> call::Coroutine {
        let source = self.0.clone();
        let reading = async move {
            source.home.check(VERB)?;
            match source.logs.lock().await.open() {
                Some(open) => open.next().await,
                None => Ok(None),
            }
        };
        call::Coroutine::new(reading, |py, batch| {
            let batch = batch.unwrap_or_default();
            call::plain(
                py,
                batch
                    .into_iter()
                    .map(|chunk| (chunk.text, values::log_source(chunk.source)))
                    .collect::<Vec<_>>(),
            )
        })
    }

    /// Stops following the command, which runs on. A reader that waits meanwhile is at the end.
    ///
    /// Example:
    ///     ```python
    ///     session = {await}sandbox.process.get_session("build")
    ///     stream = sandbox.process.stream_session_command_logs("build", session.commands[-1].id)
    ///     {await}stream.close()
    ///     ```
    #[pyo3(signature = () -> "None")]
    fn close(&self) -> Call {
        let source = self.0.clone();
        let closing = async move {
            if !source.home.is_here() {
                return Ok(());
            }
            // Who waits for more of the log holds it; a silent command would keep that so.
            source.closed.cancel();
            *source.logs.lock().await = Logs::default();
            Ok(())
        };
        Call::new(closing, call::nothing)
    }

    #[only(sync)]
    #[pyo3(signature = () -> "Self")]
    fn __enter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    #[only(sync)]
    #[pyo3(signature = (*_exception: "object") -> "None")]
    fn __exit__(&self, _exception: &Bound<'_, PyAny>) -> Call {
        self.close()
    }

    #[pyo3(signature = () -> "Coroutine[Any, Any, Self]")]
    fn __aenter__(this: Py<Self>) -> call::Coroutine {
        call::Coroutine::ready(this.into_any())
    }

    #[pyo3(signature = (*_exception: "object") -> "Coroutine[Any, Any, None]")]
    fn __aexit__(&self, _exception: &Bound<'_, PyAny>) -> call::Coroutine {
        AsyncSessionLogStream(self.0.clone()).close()
    }
}

/// A coroutine that gives the output to callbacks. They run in the task that awaits it, so they see its context
/// variables, may be coroutines, may use this client, and hold up the stream while they run.
pub(crate) fn follow<'py>(
    py: Python<'py>,
    stream: LogStream,
    on_logs: Bound<'py, PyAny>,
    on_stderr: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    static FOLLOW: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let stream = AsyncSessionLogStream::of(stream);
    FOLLOW.import(py, "daytona_sdk._logs", "follow")?.call1((stream, on_logs, on_stderr))
}

/// What the readers of one stream share.
#[derive(Clone)]
struct Source {
    home: Home,
    logs: Arc<Mutex<Logs>>,
    closed: CancellationToken,
}

#[derive(Default)]
struct Logs {
    /// None when it was closed.
    stream: Option<Rooted<LogStream>>,
    /// What of the last batch nobody has asked for yet.
    waiting: VecDeque<LogChunk>,
}

impl Logs {
    fn open(&mut self) -> Option<&mut LogStream> {
        self.stream.as_mut()?.get_mut()
    }
}

impl Source {
    async fn next(self) -> Result<Option<Piece>> {
        self.home.check(VERB)?;
        let closed = self.closed.clone();
        closed.run_until_cancelled(self.read()).await.unwrap_or(Ok(None))
    }

    async fn read(self) -> Result<Option<Piece>> {
        let mut logs = self.logs.lock_owned().await;
        loop {
            if let Some(chunk) = logs.waiting.pop_front() {
                return Ok(Some(Piece { chunk: Some(chunk), logs }));
            }
            let Some(open) = logs.open() else { return Ok(None) };
            match open.next().await? {
                Some(batch) => logs.waiting.extend(batch),
                None => return Ok(None),
            }
        }
    }
}

/// A piece on its way to its reader. Until it is there, or returned, nobody else may read: pieces stay in order.
struct Piece {
    chunk: Option<LogChunk>,
    logs: OwnedMutexGuard<Logs>,
}

impl Parcel for Piece {
    fn open<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.chunk.take() {
            Some(chunk) => values::log_chunk(py, &chunk),
            None => Ok(py.None().into_bound(py)),
        }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        if let Some(chunk) = self.chunk.take() {
            self.logs.waiting.push_front(chunk);
        }
    }
}
