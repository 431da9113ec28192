//! `sandbox.create_lsp_server`: completions and symbols of a project.

use crate::{call, convert, values};
use daytona_python_twins::twins;
use pyo3::exceptions::PyDeprecationWarning;
use pyo3::prelude::*;

/// A language server for one project in a sandbox, made by ``sandbox.create_lsp_server``.
///
/// Whatever it is asked first starts it, so ``start`` is only there to have the waiting done early.
///
/// Example:
///     ```python
///     lsp = sandbox.create_lsp_server("python", "/home/daytona/project")
///     {await}lsp.did_open("/home/daytona/project/app.py")
///     for symbol in {await}lsp.document_symbols("/home/daytona/project/app.py"):
///         print(symbol.name, symbol.kind)
///     ```
#[twins]
#[pyclass(frozen, module = "daytona_sdk.lsp_server")]
pub(crate) struct LspServer(pub(crate) daytona_core::LspServer);

#[twins]
#[pymethods]
impl LspServer {
    /// Starts it and returns when it answers.
    ///
    /// Example:
    ///     ```python
    ///     {await}lsp.start()
    ///     ```
    #[pyo3(signature = () -> "None")]
    fn start(&self) -> Call {
        let server = self.0.clone();
        Call::new(async move { server.start().await }, call::nothing)
    }

    /// Stops it.
    ///
    /// Example:
    ///     ```python
    ///     {await}lsp.stop()
    ///     ```
    #[pyo3(signature = () -> "None")]
    fn stop(&self) -> Call {
        let server = self.0.clone();
        Call::new(async move { server.stop().await }, call::nothing)
    }

    /// Tells it that a file is being worked on. Completions need that.
    ///
    /// Args:
    ///     path: The file in the sandbox.
    ///
    /// Example:
    ///     ```python
    ///     {await}lsp.did_open("/home/daytona/project/app.py")
    ///     ```
    #[pyo3(signature = (path: "str") -> "None")]
    fn did_open(&self, path: String) -> Call {
        let server = self.0.clone();
        Call::new(async move { server.did_open(&path).await }, call::nothing)
    }

    /// Tells it that a file is no longer worked on.
    ///
    /// Args:
    ///     path: The file in the sandbox.
    ///
    /// Example:
    ///     ```python
    ///     {await}lsp.did_close("/home/daytona/project/app.py")
    ///     ```
    #[pyo3(signature = (path: "str") -> "None")]
    fn did_close(&self, path: String) -> Call {
        let server = self.0.clone();
        Call::new(async move { server.did_close(&path).await }, call::nothing)
    }

    /// The functions, classes and variables of a file.
    ///
    /// Args:
    ///     path: The file in the sandbox.
    ///
    /// Example:
    ///     ```python
    ///     for symbol in {await}lsp.document_symbols("/home/daytona/project/app.py"):
    ///         print(symbol.name, symbol.kind, symbol.location.range)
    ///     ```
    #[pyo3(signature = (path: "str") -> "list[LspSymbol]")]
    fn document_symbols(&self, path: String) -> Call {
        let server = self.0.clone();
        Call::new(async move { server.document_symbols(&path).await }, |py, symbols| {
            values::all(py, &symbols, values::symbol)
        })
    }

    /// The symbols of the whole project whose name holds ``query``.
    ///
    /// Args:
    ///     query: Part of a name.
    ///
    /// Example:
    ///     ```python
    ///     for symbol in {await}lsp.sandbox_symbols("User"):
    ///         print(symbol.name, symbol.location.uri)
    ///     ```
    #[pyo3(signature = (query: "str") -> "list[LspSymbol]")]
    fn sandbox_symbols(&self, query: String) -> Call {
        let server = self.0.clone();
        Call::new(async move { server.sandbox_symbols(&query).await }, |py, symbols| {
            values::all(py, &symbols, values::symbol)
        })
    }

    /// Deprecated name of :meth:`sandbox_symbols`.
    #[pyo3(signature = (query: "str") -> "list[LspSymbol]", warn(
        message = "workspace_symbols is deprecated; use sandbox_symbols instead",
        category = PyDeprecationWarning
    ))]
    fn workspace_symbols(&self, query: String) -> Call {
        self.sandbox_symbols(query)
    }

    /// What could stand at a place.
    ///
    /// Args:
    ///     path: The file in the sandbox.
    ///     position: The place: a ``Position``, or a dict with ``line`` and ``character``; both count from 0.
    ///
    /// Example:
    ///     ```python
    ///     completions = {await}lsp.completions("/home/daytona/project/app.py", Position(line=10, character=15))
    ///     print([item.label for item in completions.items])
    ///     ```
    #[pyo3(signature = (path: "str", position: "Position | Mapping[str, int]") -> "CompletionList")]
    fn completions(&self, path: String, position: &Bound<'_, PyAny>) -> PyResult<Call> {
        let (server, position) = (self.0.clone(), convert::position(position)?);
        let asking = async move { server.completions(&path, position).await };
        Ok(Call::new(asking, |py, list| values::completions(py, &list)))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let kind = py.get_type::<Self>().name()?;
        Ok(format!("{kind}({:?}, {:?})", self.0.language_id(), self.0.path_to_project()))
    }
}
