//! `Daytona`: the client.

use crate::convert::{self, CreateTimeout, Labels};
use crate::sandbox::{AsyncSandbox, Sandbox};
use crate::{call, error};
use daytona_core::{Client, ClientOptions};
use daytona_python_twins::twins;
use pyo3::exceptions::{PyDeprecationWarning, PyUserWarning};
use pyo3::prelude::*;
use std::ffi::CString;
use std::path::PathBuf;

/// The client of one Daytona API. Safe to share between threads, and usable after ``fork``.
///
/// Settings come from ``config``, else from the environment, ``.env.local``, ``.env`` and the configuration file
/// of the ``daytona`` command. ``target="local"`` (or ``DAYTONA_TARGET=local``) runs sandboxes on this machine.
///
/// Args:
///     config: Settings that win over the environment.
///
/// Example:
///     ```python
///     {async}with Daytona(DaytonaConfig(target="local")) as daytona:
///         sandbox = {await}daytona.create()
///         response = {await}sandbox.process.exec("uname -a")
///         print(response.result)
///         {await}daytona.remove(sandbox)
///     ```
#[twins]
#[pyclass(frozen, subclass, weakref, module = "daytona_sdk")]
pub(crate) struct Daytona(Client);

#[twins]
#[pymethods]
impl Daytona {
    #[new]
    #[pyo3(signature = (config: "DaytonaConfig | None" = None))]
    fn new(py: Python<'_>, config: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        client(py, config).map(Self)
    }

    /// Creates a sandbox and returns when it is started. When that fails, none is left behind.
    ///
    /// Args:
    ///     params: What sandbox; a Python one with the server's defaults when left out.
    ///     timeout: Seconds to wait; 0 or None: no limit. Given here, it wins over the deprecated ``params.timeout``.
    ///
    /// Example:
    ///     ```python
    ///     sandbox = {await}daytona.create(CreateSandboxParams(language="python"), timeout=30)
    ///     ```
    #[pyo3(
        signature = (
            params: "CreateSandboxParams | None" = None,
            timeout: "float | None" = CreateTimeout::NotGiven
        ) -> "Sandbox",
        text_signature = "($self, params=None, timeout=60)"
    )]
    fn create(
        &self,
        py: Python<'_>,
        params: Option<&Bound<'_, PyAny>>,
        timeout: CreateTimeout,
    ) -> PyResult<Call> {
        let (params, deprecated) = convert::create_params(params)?;
        let timeout = timeout.or(py, deprecated)?;
        Ok(Call::creating(&self.0, params, timeout))
    }

    /// The sandbox with that id or name.
    ///
    /// Args:
    ///     sandbox_id: Its id or name.
    ///
    /// Example:
    ///     ```python
    ///     sandbox = {await}daytona.get("my-sandbox")
    ///     ```
    #[pyo3(signature = (sandbox_id: "str") -> "Sandbox")]
    fn get(&self, sandbox_id: String) -> Call {
        let client = self.0.clone();
        Call::new(async move { client.get(&sandbox_id).await }, |py, found| call::plain(py, Sandbox(found)))
    }

    /// The same as :meth:`get`.
    ///
    /// Args:
    ///     sandbox_id: Its id or name.
    ///
    /// Example:
    ///     ```python
    ///     sandbox = {await}daytona.get_current_sandbox("my-sandbox")
    ///     ```
    #[pyo3(signature = (sandbox_id: "str") -> "Sandbox")]
    fn get_current_sandbox(&self, sandbox_id: String) -> Call {
        self.get(sandbox_id)
    }

    /// Deprecated name of :meth:`get`.
    #[pyo3(signature = (workspace_id: "str") -> "Sandbox", warn(
        message = "get_current_workspace is deprecated; use get instead",
        category = PyDeprecationWarning
    ))]
    fn get_current_workspace(&self, workspace_id: String) -> Call {
        self.get(workspace_id)
    }

    /// All sandboxes, or those that carry all of ``labels``.
    ///
    /// Args:
    ///     labels: Labels to look for.
    ///
    /// Example:
    ///     ```python
    ///     for sandbox in {await}daytona.list({"project": "demo"}):
    ///         print(sandbox.id, sandbox.state)
    ///     ```
    #[pyo3(signature = (labels: "dict[str, str] | None" = None) -> "list[Sandbox]")]
    fn list(&self, labels: Option<Labels>) -> Call {
        let client = self.0.clone();
        Call::new(async move { client.list(labels).await }, |py, found| {
            call::plain(py, found.into_iter().map(Sandbox).collect::<Vec<_>>())
        })
    }

    /// Starts a stopped sandbox and returns when it is started.
    ///
    /// Args:
    ///     sandbox: The sandbox.
    ///     timeout: Seconds to wait; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     {await}daytona.stop(sandbox)
    ///     {await}daytona.start(sandbox)
    ///     ```
    #[pyo3(
        signature = (sandbox: "Sandbox", timeout: "float | None" = Some(60.0)) -> "None",
        text_signature = "($self, sandbox, timeout=60)"
    )]
    fn start(&self, py: Python<'_>, sandbox: &Sandbox, timeout: Option<f64>) -> PyResult<Call> {
        sandbox.start(py, timeout)
    }

    /// Stops a sandbox and returns when it is stopped. Its files are kept.
    ///
    /// Args:
    ///     sandbox: The sandbox.
    ///     timeout: Seconds to wait; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     {await}daytona.stop(sandbox, timeout=30)
    ///     ```
    #[pyo3(
        signature = (sandbox: "Sandbox", timeout: "float | None" = Some(60.0)) -> "None",
        text_signature = "($self, sandbox, timeout=60)"
    )]
    fn stop(&self, py: Python<'_>, sandbox: &Sandbox, timeout: Option<f64>) -> PyResult<Call> {
        sandbox.stop(py, timeout)
    }

    /// Removes a sandbox and everything in it.
    ///
    /// Args:
    ///     sandbox: The sandbox.
    ///     timeout: Seconds to wait; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     {await}daytona.remove(sandbox)
    ///     ```
    #[pyo3(
        signature = (sandbox: "Sandbox", timeout: "float | None" = Some(60.0)) -> "None",
        text_signature = "($self, sandbox, timeout=60)"
    )]
    fn remove(&self, py: Python<'_>, sandbox: &Sandbox, timeout: Option<f64>) -> PyResult<Call> {
        sandbox.delete(py, timeout)
    }

    /// The same as :meth:`remove`.
    ///
    /// Args:
    ///     sandbox: The sandbox.
    ///     timeout: Seconds to wait; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     {await}daytona.delete(sandbox)
    ///     ```
    #[pyo3(
        signature = (sandbox: "Sandbox", timeout: "float | None" = Some(60.0)) -> "None",
        text_signature = "($self, sandbox, timeout=60)"
    )]
    fn delete(&self, py: Python<'_>, sandbox: &Sandbox, timeout: Option<f64>) -> PyResult<Call> {
        sandbox.delete(py, timeout)
    }

    /// Closes pooled connections. The client stays usable; sandboxes are not touched.
    ///
    /// Example:
    ///     ```python
    ///     daytona = Daytona()
    ///     print(len({await}daytona.list()))
    ///     {await}daytona.close()
    ///     ```
    #[pyo3(signature = () -> "None")]
    fn close(&self) -> Call {
        let client = self.0.clone();
        let closing = async move {
            client.close();
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

    /// The API key in use.
    ///
    /// Example:
    ///     ```python
    ///     if daytona.api_key is None:
    ///         print("signed in with a JWT, or local")
    ///     ```
    #[getter]
    #[gives("str | None")]
    fn api_key(&self) -> Option<&str> {
        self.0.config().api_key()
    }

    /// The JWT in use.
    ///
    /// Example:
    ///     ```python
    ///     print("a JWT" if daytona.jwt_token else "an API key")
    ///     ```
    #[getter]
    #[gives("str | None")]
    fn jwt_token(&self) -> Option<&str> {
        self.0.config().jwt_token()
    }

    /// The organization the JWT acts for.
    ///
    /// Example:
    ///     ```python
    ///     print(f"acting for {daytona.organization_id}")
    ///     ```
    #[getter]
    #[gives("str | None")]
    fn organization_id(&self) -> Option<&str> {
        self.0.config().organization_id()
    }

    /// URL of the API; None for the local target, whose server is found or started by the first call.
    ///
    /// Example:
    ///     ```python
    ///     print(daytona.api_url or "sandboxes run on this machine")
    ///     ```
    #[getter]
    #[gives("str | None")]
    fn api_url(&self) -> Option<&str> {
        self.0.config().api_url()
    }

    /// Where sandboxes run.
    ///
    /// Example:
    ///     ```python
    ///     assert daytona.target == "local"
    ///     ```
    #[getter]
    #[gives("str")]
    fn target(&self) -> &str {
        self.0.config().target()
    }

    /// The language of sandboxes created without one.
    ///
    /// Example:
    ///     ```python
    ///     assert daytona.default_language == CodeLanguage.PYTHON
    ///     ```
    #[getter]
    #[gives("CodeLanguage")]
    fn default_language<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("daytona_sdk.daytona")?.getattr("CodeLanguage")?.getattr("PYTHON")
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let kind = py.get_type::<Self>().name()?;
        let config = self.0.config();
        Ok(match config.api_url() {
            Some(url) => format!("{kind}(api_url={url:?}, target={:?})", config.target()),
            None => format!("{kind}(target={:?})", config.target()),
        })
    }
}

fn client(py: Python<'_>, config: Option<&Bound<'_, PyAny>>) -> PyResult<Client> {
    let options = ClientOptions {
        config: convert::config_options(config)?,
        source: "sdk-python",
        sdk_version: env!("CARGO_PKG_VERSION").to_owned(),
        daytona_binary: shipped_binary(py)?,
    };
    let client = Client::new(options).map_err(|failure| error::raise(py, &failure))?;
    let config = client.config();
    for (category, texts) in [
        (py.get_type::<PyUserWarning>(), config.warnings()),
        (py.get_type::<PyDeprecationWarning>(), config.deprecations()),
    ] {
        for text in texts {
            PyErr::warn(py, &category, &CString::new(text.as_str())?, 1)?;
        }
    }
    Ok(client)
}

/// The `daytona` binary in this package, which the local target starts.
fn shipped_binary(py: Python<'_>) -> PyResult<Option<PathBuf>> {
    py.import("daytona_sdk._command")?.call_method0("binary_path")?.extract()
}
