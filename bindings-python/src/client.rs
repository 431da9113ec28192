//! `Daytona`: the client.

use crate::convert::{self, Labels};
use crate::sandbox::Sandbox;
use crate::{error, runtime};
use daytona_core::{Client, ClientOptions};
use pyo3::exceptions::{PyDeprecationWarning, PyUserWarning};
use pyo3::prelude::*;
use pyo3::types::PyCFunction;
use std::ffi::CString;
use std::path::PathBuf;
use std::time::Duration;

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
///     daytona = Daytona(DaytonaConfig(target="local"))
///     sandbox = daytona.create()
///     print(sandbox.process.exec("uname -a").result)
///     daytona.remove(sandbox)
///     ```
#[pyclass(frozen, subclass, weakref, module = "daytona_sdk")]
pub(crate) struct Daytona(Client);

#[pymethods]
impl Daytona {
    #[new]
    #[pyo3(signature = (config=None))]
    fn new(py: Python<'_>, config: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
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
        Ok(Self(client))
    }

    /// Creates a sandbox and returns when it is started. When that fails, none is left behind.
    ///
    /// Args:
    ///     params: What sandbox; a Python one with the server's defaults when left out.
    ///     timeout: Seconds to wait; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     sandbox = daytona.create(CreateSandboxParams(language="python"), timeout=30)
    ///     ```
    #[pyo3(signature = (params=None, timeout=Some(60.0)), text_signature = "($self, params=None, timeout=60)")]
    fn create(
        &self,
        py: Python<'_>,
        params: Option<&Bound<'_, PyAny>>,
        timeout: Option<f64>,
    ) -> PyResult<Sandbox> {
        let (params, deprecated_timeout) = convert::create_params(params)?;
        let timeout = convert::timeout(py, deprecated_timeout.or(timeout))?;
        match runtime::interruptible(py, self.0.create(params, timeout)) {
            Ok(Err(failure)) => Err(error::raise(py, &failure)),
            Ok(Ok(made)) => {
                // Python raises what a signal left behind before it assigns what we return. Whoever is
                // interrupted there never had the sandbox and could not remove it.
                if let Err(interrupt) = py.check_signals() {
                    runtime::within(|| self.0.abandon(made))?;
                    settle_at_exit(py, &self.0)?;
                    return Err(interrupt);
                }
                Ok(Sandbox(made))
            }
            Err(interrupt) => {
                settle_at_exit(py, &self.0)?;
                Err(interrupt)
            }
        }
    }

    /// The sandbox with that id or name.
    ///
    /// Args:
    ///     sandbox_id: Its id or name.
    ///
    /// Example:
    ///     ```python
    ///     sandbox = daytona.get("my-sandbox")
    ///     ```
    #[pyo3(signature = (sandbox_id))]
    fn get(&self, py: Python<'_>, sandbox_id: &str) -> PyResult<Sandbox> {
        runtime::block_on(py, self.0.get(sandbox_id)).map(Sandbox)
    }

    /// The same as :meth:`get`.
    #[pyo3(signature = (sandbox_id))]
    fn get_current_sandbox(&self, py: Python<'_>, sandbox_id: &str) -> PyResult<Sandbox> {
        self.get(py, sandbox_id)
    }

    /// Deprecated name of :meth:`get`.
    #[pyo3(signature = (workspace_id), warn(
        message = "get_current_workspace is deprecated; use get instead",
        category = PyDeprecationWarning
    ))]
    fn get_current_workspace(&self, py: Python<'_>, workspace_id: &str) -> PyResult<Sandbox> {
        self.get(py, workspace_id)
    }

    /// All sandboxes, or those that carry all of ``labels``.
    ///
    /// Args:
    ///     labels: Labels to look for.
    ///
    /// Example:
    ///     ```python
    ///     for sandbox in daytona.list({"project": "demo"}):
    ///         print(sandbox.id, sandbox.state)
    ///     ```
    #[pyo3(signature = (labels=None))]
    fn list(&self, py: Python<'_>, labels: Option<Labels>) -> PyResult<Vec<Sandbox>> {
        let sandboxes = runtime::block_on(py, self.0.list(labels))?;
        Ok(sandboxes.into_iter().map(Sandbox).collect())
    }

    /// Starts a stopped sandbox and returns when it is started.
    ///
    /// Args:
    ///     sandbox: The sandbox.
    ///     timeout: Seconds to wait; 0 or None: no limit.
    #[pyo3(signature = (sandbox, timeout=Some(60.0)), text_signature = "($self, sandbox, timeout=60)")]
    fn start(&self, py: Python<'_>, sandbox: &Sandbox, timeout: Option<f64>) -> PyResult<()> {
        sandbox.start(py, timeout)
    }

    /// Stops a sandbox and returns when it is stopped. Its files are kept.
    ///
    /// Args:
    ///     sandbox: The sandbox.
    ///     timeout: Seconds to wait; 0 or None: no limit.
    #[pyo3(signature = (sandbox, timeout=Some(60.0)), text_signature = "($self, sandbox, timeout=60)")]
    fn stop(&self, py: Python<'_>, sandbox: &Sandbox, timeout: Option<f64>) -> PyResult<()> {
        sandbox.stop(py, timeout)
    }

    /// Removes a sandbox and everything in it.
    ///
    /// Args:
    ///     sandbox: The sandbox.
    ///     timeout: Seconds to wait; 0 or None: no limit.
    #[pyo3(signature = (sandbox, timeout=Some(60.0)), text_signature = "($self, sandbox, timeout=60)")]
    fn remove(&self, py: Python<'_>, sandbox: &Sandbox, timeout: Option<f64>) -> PyResult<()> {
        sandbox.delete(py, timeout)
    }

    /// The same as :meth:`remove`.
    ///
    /// Args:
    ///     sandbox: The sandbox.
    ///     timeout: Seconds to wait; 0 or None: no limit.
    #[pyo3(signature = (sandbox, timeout=Some(60.0)), text_signature = "($self, sandbox, timeout=60)")]
    fn delete(&self, py: Python<'_>, sandbox: &Sandbox, timeout: Option<f64>) -> PyResult<()> {
        sandbox.delete(py, timeout)
    }

    /// Closes pooled connections. The client stays usable; sandboxes are not touched.
    fn close(&self) {
        self.0.close();
    }

    fn __enter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyAny>) {
        self.close();
    }

    /// The API key in use.
    #[getter]
    fn api_key(&self) -> Option<&str> {
        self.0.config().api_key()
    }

    /// The JWT in use.
    #[getter]
    fn jwt_token(&self) -> Option<&str> {
        self.0.config().jwt_token()
    }

    /// The organization the JWT acts for.
    #[getter]
    fn organization_id(&self) -> Option<&str> {
        self.0.config().organization_id()
    }

    /// URL of the API; None for the local target, whose server is found or started by the first call.
    #[getter]
    fn api_url(&self) -> Option<&str> {
        self.0.config().api_url()
    }

    /// Where sandboxes run.
    #[getter]
    fn target(&self) -> &str {
        self.0.config().target()
    }

    /// The language of sandboxes created without one.
    #[getter]
    fn default_language<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("daytona_sdk.daytona")?.getattr("CodeLanguage")?.getattr("PYTHON")
    }

    fn __repr__(&self) -> String {
        let config = self.0.config();
        match config.api_url() {
            Some(url) => format!("Daytona(api_url={url:?}, target={:?})", config.target()),
            None => format!("Daytona(target={:?})", config.target()),
        }
    }
}

/// How long an exiting interpreter waits for the removal of what an interrupted `create` had begun. The
/// interrupt itself is raised at once.
const SETTLING: Duration = Duration::from_secs(2);

fn settle_at_exit(py: Python<'_>, client: &Client) -> PyResult<()> {
    let client = client.clone();
    let settle = PyCFunction::new_closure(py, None, None, move |arguments, _| {
        runtime::interruptible(arguments.py(), client.settle(SETTLING))
    })?;
    py.import("atexit")?.call_method1("register", (settle,))?;
    Ok(())
}

/// The `daytona` binary in this package, which the local target starts.
fn shipped_binary(py: Python<'_>) -> PyResult<Option<PathBuf>> {
    py.import("daytona_sdk._command")?.call_method0("binary_path")?.extract()
}
