//! `sandbox.fs`: files in and out.

use crate::download::{AsyncDownloadStream, DownloadStream};
use crate::upload::{Content, is_swapped};
use crate::{call, error, values};
use daytona_core::FilePermissions;
use daytona_python_twins::twins;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::path::PathBuf;

/// Moves files in and out of a sandbox: ``sandbox.fs``.
///
/// Example:
///     ```python
///     {await}sandbox.fs.upload_file("data.csv", b"a,b\n1,2\n")
///     content = {await}sandbox.fs.download_file("data.csv")
///     print(content.decode())
///     ```
#[twins]
#[pyclass(frozen, module = "daytona_sdk")]
pub(crate) struct FileSystem(pub(crate) daytona_core::FileSystem);

#[twins]
#[pymethods]
impl FileSystem {
    /// What is in a folder.
    ///
    /// Args:
    ///     path: The folder in the sandbox.
    ///
    /// Example:
    ///     ```python
    ///     for file in {await}sandbox.fs.list_files("/home/daytona"):
    ///         print(file.name, file.is_dir, file.size)
    ///     ```
    #[pyo3(signature = (path: "str") -> "list[FileInfo]")]
    fn list_files(&self, path: String) -> Call {
        let fs = self.0.clone();
        Call::new(async move { fs.list_files(&path).await }, |py, files| {
            values::all(py, &files, values::file_info)
        })
    }

    /// Makes a folder, and those above it.
    ///
    /// Args:
    ///     path: Where it goes in the sandbox.
    ///     mode: Its permissions in octal.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.fs.create_folder("data/raw", "750")
    ///     ```
    #[pyo3(signature = (path: "str", mode: "str" = None) -> "None", text_signature = "($self, path, mode='755')")]
    fn create_folder(&self, path: String, mode: Option<String>) -> Call {
        let fs = self.0.clone();
        Call::new(async move { fs.create_folder(&path, mode.as_deref()).await }, call::nothing)
    }

    /// Deletes a file or an empty folder, and a full one when asked to.
    ///
    /// Args:
    ///     path: The file or folder in the sandbox.
    ///     recursive: Whether to delete a folder with everything in it.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.fs.delete_file("data", recursive=True)
    ///     ```
    #[pyo3(signature = (path: "str", recursive: "bool" = false) -> "None")]
    fn delete_file(&self, path: String, recursive: bool) -> Call {
        let fs = self.0.clone();
        Call::new(async move { fs.delete_file(&path, recursive).await }, call::nothing)
    }

    /// Moves or renames a file or folder.
    ///
    /// Args:
    ///     source: The file or folder in the sandbox.
    ///     destination: Its new path.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.fs.move_files("draft.txt", "final.txt")
    ///     ```
    #[pyo3(signature = (source: "str", destination: "str") -> "None")]
    fn move_files(&self, source: String, destination: String) -> Call {
        let fs = self.0.clone();
        Call::new(async move { fs.move_files(&source, &destination).await }, call::nothing)
    }

    /// Looks for text in files; binary ones are passed over.
    ///
    /// Args:
    ///     path: A file, or a folder to search with everything below it.
    ///     pattern: The text, as it stands.
    ///
    /// Example:
    ///     ```python
    ///     for match in {await}sandbox.fs.find_files("project", "TODO:"):
    ///         print(f"{match.file}:{match.line}: {match.content}")
    ///     ```
    #[pyo3(signature = (path: "str", pattern: "str") -> "list[Match]")]
    fn find_files(&self, path: String, pattern: String) -> Call {
        let fs = self.0.clone();
        Call::new(async move { fs.find_files(&path, &pattern).await }, |py, matches| {
            values::all(py, &matches, values::found)
        })
    }

    /// Looks for files by name.
    ///
    /// Args:
    ///     path: The folder to search, with everything below it.
    ///     pattern: A glob: ``"*.py"``.
    ///
    /// Example:
    ///     ```python
    ///     response = {await}sandbox.fs.search_files("project", "*.py")
    ///     print(response.files)
    ///     ```
    #[pyo3(signature = (path: "str", pattern: "str") -> "SearchFilesResponse")]
    fn search_files(&self, path: String, pattern: String) -> Call {
        let fs = self.0.clone();
        Call::new(async move { fs.search_files(&path, &pattern).await }, values::search_files)
    }

    /// Replaces text in files. Each file succeeds or fails on its own.
    ///
    /// Args:
    ///     files: Paths of the files.
    ///     pattern: What to replace.
    ///     new_value: What to put there.
    ///
    /// Example:
    ///     ```python
    ///     for result in {await}sandbox.fs.replace_in_files(["app.py"], "old_function", "new_function"):
    ///         print(result.file, result.success, result.error)
    ///     ```
    #[pyo3(signature = (files: "list[str]", pattern: "str", new_value: "str") -> "list[ReplaceResult]")]
    fn replace_in_files(&self, files: Vec<String>, pattern: String, new_value: String) -> Call {
        let fs = self.0.clone();
        Call::new(async move { fs.replace_in_files(files, &pattern, &new_value).await }, |py, results| {
            values::all(py, &results, values::replaced)
        })
    }

    /// What is known about a file or folder.
    ///
    /// Args:
    ///     path: The file or folder in the sandbox.
    ///
    /// Example:
    ///     ```python
    ///     info = {await}sandbox.fs.get_file_info("app.py")
    ///     print(info.size, info.permissions, info.mod_time)
    ///     ```
    #[pyo3(signature = (path: "str") -> "FileInfo")]
    fn get_file_info(&self, path: String) -> Call {
        let fs = self.0.clone();
        Call::new(async move { fs.get_file_info(&path).await }, |py, info| values::file_info(py, &info))
    }

    /// Changes permissions and owner of a file or folder. What is left out stays as it is.
    ///
    /// Args:
    ///     path: The file or folder in the sandbox.
    ///     mode: Permissions in octal.
    ///     owner: Name of the user.
    ///     group: Name of the group.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.fs.set_file_permissions("run.sh", mode="755")
    ///     ```
    #[pyo3(signature = (
        path: "str",
        mode: "str | None" = None,
        owner: "str | None" = None,
        group: "str | None" = None
    ) -> "None")]
    fn set_file_permissions(
        &self,
        path: String,
        mode: Option<String>,
        owner: Option<String>,
        group: Option<String>,
    ) -> Call {
        let fs = self.0.clone();
        let permissions = FilePermissions { mode, owner, group };
        Call::new(async move { fs.set_file_permissions(&path, permissions).await }, call::nothing)
    }

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
    ///     from pathlib import Path
    ///
    ///     {await}sandbox.fs.upload_file("hello.txt", "Hello, World!")
    ///     {await}sandbox.fs.upload_file("model.bin", Path("model.bin"))  # streamed from the local disk
    ///     ```
    #[overload("path: str, content: FileContent")]
    #[overload("path: FileContent, content: str")]
    #[pyo3(signature = (path: "str", content: "FileContent") -> "None")]
    fn upload_file(&self, path: &Bound<'_, PyAny>, content: &Bound<'_, PyAny>) -> PyResult<Call> {
        let (path, content) = if is_swapped(path, content)? { (content, path) } else { (path, content) };
        let (fs, path, content) = (self.0.clone(), remote_path(path)?, Content::of(content)?);
        let failure = content.watch();
        Ok(Call::finishing(async move { fs.upload(&path, content.upload).await }, move |py, outcome| {
            match failure.take() {
                // The user's own exception says more than an upload that was broken off by it.
                Some(exception) => Err(exception),
                None => call::nothing(py, outcome.map_err(|failure| error::raise(py, &failure))?),
            }
        }))
    }

    /// Writes several files. Those that fail are reported together, by path; the others stay uploaded.
    ///
    /// Args:
    ///     files: ``FileUpload`` values.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.fs.upload_files([FileUpload("a.txt", b"one"), FileUpload("b.txt", b"two")])
    ///     ```
    #[pyo3(signature = (files: "list[FileUpload]") -> "None")]
    fn upload_files(&self, files: Vec<Bound<'_, PyAny>>) -> PyResult<Call> {
        let fs = self.0.clone();
        let prepared = files
            .iter()
            .map(|file| {
                let content = Content::of(&file.getattr("content")?)?;
                Ok((remote_path(&file.getattr("path")?)?, content.upload))
            })
            .collect::<PyResult<Vec<_>>>()?;
        Ok(Call::new(async move { fs.upload_many(prepared).await }, call::nothing))
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
    ///     content = {await}sandbox.fs.download_file("report.txt")
    ///     {await}sandbox.fs.download_file("big.bin", "big.bin")
    ///     ```
    #[overload("path: str, local_path: None = None", "bytes")]
    #[overload("path: str, local_path: str | PathLike[str]", "None")]
    #[pyo3(signature = (path: "str", local_path: "str | PathLike[str] | None" = None) -> "bytes | None")]
    fn download_file(&self, path: String, local_path: Option<PathBuf>) -> Call {
        let fs = self.0.clone();
        match local_path {
            None => Call::new(async move { fs.download(&path).await }, |py, content| {
                Ok(PyBytes::new(py, &content).into_any())
            }),
            Some(local) => {
                Call::new(async move { fs.download_to(&path, &local).await.map(drop) }, call::nothing)
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
    ///     import hashlib
    ///
    ///     digest = hashlib.sha256()
    ///     {async}for chunk in {await}sandbox.fs.download_file_stream("big.bin"):
    ///         digest.update(chunk)
    ///     ```
    #[pyo3(signature = (path: "str") -> "DownloadStream")]
    fn download_file_stream(&self, path: String) -> Call {
        let fs = self.0.clone();
        Call::new(async move { fs.download_stream(&path).await }, |py, stream| {
            call::plain(py, DownloadStream::of(stream))
        })
    }
}

fn remote_path(path: &Bound<'_, PyAny>) -> PyResult<String> {
    path.extract().map_err(|_| {
        let kind = path.get_type().name().map_or_else(|_| String::new(), |name| format!(", not {name}"));
        PyTypeError::new_err(format!("path must be a str, the path in the sandbox{kind}"))
    })
}
