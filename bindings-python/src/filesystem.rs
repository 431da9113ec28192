//! `sandbox.fs`: files in and out.

use crate::upload::{Content, is_swapped};
use crate::{error, runtime};
use daytona_core::{ByteStream, Error};
use futures::StreamExt;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::path::PathBuf;
use tokio::sync::Mutex;

/// Moves files in and out of a sandbox: ``sandbox.fs``.
///
/// Example:
///     ```python
///     sandbox.fs.upload_file("data.csv", b"a,b\n1,2\n")
///     print(sandbox.fs.download_file("data.csv").decode())
///     ```
#[pyclass(frozen, module = "daytona_sdk")]
pub(crate) struct FileSystem(pub(crate) daytona_core::FileSystem);

#[pymethods]
impl FileSystem {
    /// Writes a file, making its folders and replacing what was there.
    ///
    /// Bytes first and path second, as later versions have it, works too.
    ///
    /// Args:
    ///     path: Where it goes in the sandbox; relative to the working directory, or absolute.
    ///     content: Bytes, text (written as UTF-8), a ``pathlib.Path`` of a local file, or an open binary
    ///         file. The last two are streamed: their size does not matter.
    ///
    /// Example:
    ///     ```python
    ///     sandbox.fs.upload_file("hello.txt", "Hello, World!")
    ///     sandbox.fs.upload_file("model.bin", pathlib.Path("model.bin"))
    ///     ```
    #[pyo3(signature = (path, content))]
    fn upload_file(
        &self,
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        content: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let (path, content) = if is_swapped(path, content)? { (content, path) } else { (path, content) };
        let path = remote_path(path)?;
        let content = Content::of(content)?;
        let failure = content.watch();
        let outcome = runtime::block_on(py, self.0.upload(&path, content.upload));
        match failure.take() {
            // The user's own exception says more than an upload that was broken off by it.
            Some(exception) => Err(exception),
            None => outcome,
        }
    }

    /// Writes several files. Those that fail are reported together, by path; the others stay uploaded.
    ///
    /// Args:
    ///     files: ``FileUpload`` values.
    ///
    /// Example:
    ///     ```python
    ///     sandbox.fs.upload_files([FileUpload("a.txt", b"one"), FileUpload("b.txt", b"two")])
    ///     ```
    #[pyo3(signature = (files))]
    fn upload_files(&self, py: Python<'_>, files: Vec<Bound<'_, PyAny>>) -> PyResult<()> {
        let prepared = files
            .iter()
            .map(|file| {
                let content = Content::of(&file.getattr("content")?)?;
                Ok((remote_path(&file.getattr("path")?)?, content.upload))
            })
            .collect::<PyResult<Vec<_>>>()?;
        let failures: Vec<(String, Error)> = runtime::block_on(py, async {
            let mut failures = Vec::new();
            for (path, upload) in prepared {
                if let Err(failure) = self.0.upload(&path, upload).await {
                    failures.push((path, failure));
                }
            }
            Ok(failures)
        })?;
        match several(&failures, files.len()) {
            None => Ok(()),
            Some(failure) => Err(error::raise(py, &failure)),
        }
    }

    /// Reads a file.
    ///
    /// Args:
    ///     path: The file in the sandbox.
    ///     local_path: Where to put it on this machine. It is streamed there, and appears whole or not at all.
    ///
    /// Returns:
    ///     The content, or None when ``local_path`` was given.
    ///
    /// Example:
    ///     ```python
    ///     content = sandbox.fs.download_file("report.txt")
    ///     sandbox.fs.download_file("big.bin", "big.bin")
    ///     ```
    #[pyo3(signature = (path, local_path=None))]
    fn download_file<'py>(
        &self,
        py: Python<'py>,
        path: &str,
        local_path: Option<PathBuf>,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        match local_path {
            None => {
                let content = runtime::block_on(py, self.0.download(path))?;
                Ok(Some(PyBytes::new(py, &content)))
            }
            Some(local) => {
                runtime::block_on(py, self.0.download_to(path, &local))?;
                Ok(None)
            }
        }
    }

    /// Reads a file piece by piece, in bounded memory.
    ///
    /// Args:
    ///     path: The file in the sandbox.
    ///
    /// Example:
    ///     ```python
    ///     for chunk in sandbox.fs.download_file_stream("big.bin"):
    ///         digest.update(chunk)
    ///     ```
    #[pyo3(signature = (path))]
    fn download_file_stream(&self, py: Python<'_>, path: &str) -> PyResult<DownloadStream> {
        let stream = runtime::block_on(py, self.0.download_stream(path))?;
        Ok(DownloadStream(Mutex::new(Some(stream))))
    }
}

/// The content of a file as it arrives: an iterator of bytes, made by ``fs.download_file_stream``.
///
/// Reading to the end without an exception means that the whole file arrived. Also a context manager, for a
/// reader that may stop early.
#[pyclass(frozen, module = "daytona_sdk.filesystem")]
pub(crate) struct DownloadStream(Mutex<Option<ByteStream>>);

#[pymethods]
impl DownloadStream {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let chunk = runtime::block_on(py, async {
            let mut stream = self.0.lock().await;
            let chunk = match stream.as_mut() {
                Some(open) => open.next().await,
                None => None,
            };
            if !matches!(chunk, Some(Ok(_))) {
                *stream = None;
            }
            chunk.transpose()
        })?;
        Ok(chunk.map(|chunk| PyBytes::new(py, &chunk)))
    }

    /// Gives up the rest of the file.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        runtime::block_on(py, async {
            *self.0.lock().await = None;
            Ok(())
        })
    }

    fn __enter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) -> PyResult<()> {
        self.close(py)
    }
}

fn remote_path(path: &Bound<'_, PyAny>) -> PyResult<String> {
    path.extract().map_err(|_| {
        let kind = path.get_type().name().map_or_else(|_| String::new(), |name| format!(", not {name}"));
        PyTypeError::new_err(format!("path must be a str, the path in the sandbox{kind}"))
    })
}

/// One error for all files that failed: the code of the first, and every path with its own reason.
fn several(failures: &[(String, Error)], of: usize) -> Option<Error> {
    let (_, first) = failures.first()?;
    let reasons: Vec<String> =
        failures.iter().map(|(path, failure)| format!("{path}: {}", failure.message())).collect();
    Some(Error::new(
        first.code(),
        format!("Failed to upload {} of {of} files: {}", failures.len(), reasons.join("; ")),
    ))
}
