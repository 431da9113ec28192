//! The content of a file as it arrives.

use crate::call::{self, Parcel};
use crate::home::{Home, Rooted};
use bytes::Bytes;
use daytona_core::{ByteStream, Error, Result};
use daytona_python_twins::twins;
use futures::StreamExt;
use pyo3::exceptions::{PyStopAsyncIteration, PyStopIteration};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

const VERB: &str = "download the file";

/// The content of a file as it arrives: an {async}iterator of bytes, made by ``fs.download_file_stream``.
///
/// Reading to the end without an exception means that the whole file arrived. Also a context manager, for a
/// reader that may stop early.
///
/// Example:
///     ```python
///     {async}with {await}sandbox.fs.download_file_stream("big.log") as stream:
///         {async}for chunk in stream:
///             if b"ERROR" in chunk:
///                 break
///     ```
#[twins]
#[pyclass(frozen, module = "daytona_sdk.filesystem")]
pub(crate) struct DownloadStream(Source);

#[twins]
impl DownloadStream {
    pub(crate) fn of(stream: ByteStream) -> Self {
        let content = Content { stream: Some(Rooted::new(stream)), returned: None };
        let content = Arc::new(Mutex::new(content));
        Self(Source { home: Home::here(), content, closed: CancellationToken::new() })
    }
}

#[twins]
#[pymethods]
impl DownloadStream {
    #[only(sync)]
    #[gives("Self")]
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    #[only(sync)]
    #[gives("bytes")]
    fn __next__(&self) -> Call {
        Call::next(self.0.clone().next(), || PyStopIteration::new_err(()))
    }

    #[only(async)]
    #[gives("Self")]
    fn __aiter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    #[only(async)]
    #[gives("Coroutine[Any, Any, bytes]")]
    fn __anext__(&self) -> Call {
        Call::next(self.0.clone().next(), || PyStopAsyncIteration::new_err(()))
    }

    /// Gives up the rest of the file. A reader that waits meanwhile gets an error.
    ///
    /// Example:
    ///     ```python
    ///     stream = {await}sandbox.fs.download_file_stream("big.log")
    ///     {await}stream.close()
    ///     ```
    #[pyo3(signature = () -> "None")]
    fn close(&self) -> Call {
        let source = self.0.clone();
        let closing = async move {
            if !source.home.is_here() {
                return Ok(());
            }
            // Who waits for more of the file holds it.
            source.closed.cancel();
            *source.content.lock().await = Content::default();
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

    #[only(async)]
    #[pyo3(signature = () -> "Self")]
    fn __aenter__(this: Py<Self>) -> Call {
        Call::ready(this.into_any())
    }

    #[only(async)]
    #[pyo3(signature = (*_exception: "object") -> "None")]
    fn __aexit__(&self, _exception: &Bound<'_, PyAny>) -> Call {
        self.close()
    }
}

/// What the readers of one stream share.
#[derive(Clone)]
struct Source {
    home: Home,
    content: Arc<Mutex<Content>>,
    closed: CancellationToken,
}

#[derive(Default)]
struct Content {
    /// None at the end, after a failure, and when it was closed.
    stream: Option<Rooted<ByteStream>>,
    /// A piece whose reader was cancelled before it got it; the next one does.
    returned: Option<Bytes>,
}

impl Source {
    async fn next(self) -> Result<Option<Piece>> {
        self.home.check(VERB)?;
        let closed = self.closed.clone();
        if closed.is_cancelled() {
            return Ok(None);
        }
        // Not the end: a reader in the middle of a file must not take it for the whole one.
        let cut = || Err(Error::cancelled(VERB));
        closed.run_until_cancelled(self.read()).await.unwrap_or_else(cut)
    }

    async fn read(self) -> Result<Option<Piece>> {
        let mut content = self.content.lock_owned().await;
        let bytes = match (content.returned.take(), content.stream.as_mut().and_then(Rooted::get_mut)) {
            (Some(returned), _) => Some(Ok(returned)),
            (None, Some(open)) => open.next().await,
            (None, None) => None,
        };
        if !matches!(bytes, Some(Ok(_))) {
            content.stream = None;
        }
        Ok(bytes.transpose()?.map(|bytes| Piece { bytes: Some(bytes), content }))
    }
}

/// A piece on its way to its reader. Until it is there, or returned, nobody else may read: pieces stay in order.
struct Piece {
    bytes: Option<Bytes>,
    content: OwnedMutexGuard<Content>,
}

impl Parcel for Piece {
    fn open<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(PyBytes::new(py, &self.bytes.take().unwrap_or_default()).into_any())
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        if let Some(bytes) = self.bytes.take() {
            self.content.returned = Some(bytes);
        }
    }
}
