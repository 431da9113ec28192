//! What Python callers may upload: bytes, text, the path of a local file, an open binary file.
//!
//! Bytes are not copied and files are not read into memory: both are streamed as the connection takes them.

use crate::runtime;
use bytes::Bytes;
use daytona_core::{ByteStream, Error, ErrorCode, Upload};
use futures::stream;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Large enough to make a call into Python cheap, small enough to keep memory flat.
const READ_SIZE: usize = 256 * 1024;

/// A content ready for the core, and where an exception of the user's file object is kept meanwhile.
pub(crate) struct Content {
    pub(crate) upload: Upload,
    raised: Raised,
}

type Raised = Arc<Mutex<Option<PyErr>>>;

impl Content {
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let raised = Raised::default();
        let upload = if is_bytes(object) {
            Upload::Bytes(bytes(object)?)
        } else if object.is_instance_of::<PyString>() {
            Upload::Bytes(Bytes::from_owner(object.extract::<PyBackedStr>()?))
        } else if object.hasattr("__fspath__")? {
            Upload::File(object.extract::<PathBuf>()?)
        } else if object.hasattr("read")? {
            Upload::Stream(read(object.clone().unbind(), Arc::clone(&raised)))
        } else {
            return Err(PyTypeError::new_err(format!(
                "content must be bytes, str, os.PathLike or an open binary file, not {}",
                object.get_type().name()?
            )));
        };
        Ok(Self { upload, raised })
    }

    /// What to call after the upload: the exception that the user's own file object raised, if it did.
    pub(crate) fn watch(&self) -> Failure {
        Failure(Arc::clone(&self.raised))
    }
}

/// See [`Content::watch`].
pub(crate) struct Failure(Raised);

impl Failure {
    pub(crate) fn take(self) -> Option<PyErr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Whether `path` and `content` were given in today's order: content first.
pub(crate) fn is_swapped(path: &Bound<'_, PyAny>, content: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(content.is_instance_of::<PyString>()
        && !path.is_instance_of::<PyString>()
        && (is_bytes(path) || path.hasattr("read")?))
}

fn is_bytes(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<PyBytes>()
        || object.is_instance_of::<PyByteArray>()
        || object.is_instance_of::<PyMemoryView>()
}

fn bytes(object: &Bound<'_, PyAny>) -> PyResult<Bytes> {
    // A bytes object is shared, not copied; the others can change under us and are copied.
    let held: PyBackedBytes = if object.is_instance_of::<PyMemoryView>() {
        object.py().get_type::<PyBytes>().call1((object,))?.extract()?
    } else {
        object.extract()?
    };
    Ok(Bytes::from_owner(held))
}

fn read(file: Py<PyAny>, raised: Raised) -> ByteStream {
    Box::pin(stream::unfold(Some(file), move |file| {
        let raised = Arc::clone(&raised);
        async move {
            let file = file?;
            let step = runtime::call_python(move |py| {
                let chunk =
                    file.bind(py).call_method1("read", (READ_SIZE,)).and_then(|chunk| chunk_bytes(&chunk));
                (file, chunk)
            })
            .await;
            match step {
                Some((_, Ok(chunk))) if chunk.is_empty() => None,
                Some((file, Ok(chunk))) => Some((Ok(chunk), Some(file))),
                Some((_, Err(exception))) => {
                    let failure = Error::new(
                        ErrorCode::Validation,
                        format!("Failed to upload the file: reading it raised {exception}"),
                    );
                    *raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(exception);
                    Some((Err(failure), None))
                }
                None => Some((Err(Error::cancelled("upload the file")), None)),
            }
        }
    }))
}

fn chunk_bytes(chunk: &Bound<'_, PyAny>) -> PyResult<Bytes> {
    if is_bytes(chunk) {
        return bytes(chunk);
    }
    Err(PyTypeError::new_err(format!(
        "the file must be opened in binary mode ('rb'): its read() returned {}",
        chunk.get_type().name()?
    )))
}
