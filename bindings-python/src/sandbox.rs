//! `Sandbox`: one sandbox.

use crate::convert::{self, Labels};
use crate::filesystem::FileSystem;
use crate::process::Process;
use crate::{error, runtime};
use pyo3::exceptions::PyDeprecationWarning;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt};

/// One sandbox: ``process`` runs things in it, ``fs`` moves files, ``instance`` tells about it.
///
/// Made by ``Daytona.create``, ``get`` and ``list``. It outlives this object: remove it when it is done with.
///
/// Example:
///     ```python
///     sandbox = daytona.create()
///     print(sandbox.id, sandbox.state, sandbox.get_user_root_dir())
///     sandbox.delete()
///     ```
#[pyclass(frozen, weakref, module = "daytona_sdk")]
pub(crate) struct Sandbox(pub(crate) daytona_core::Sandbox);

impl Sandbox {
    /// A field of the latest known copy, as `instance` shows it.
    fn field<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.instance(py)?.getattr(name)
    }
}

#[pymethods]
impl Sandbox {
    /// Its id.
    #[getter]
    fn id(&self) -> String {
        self.0.id()
    }

    /// The latest known copy of it: a ``SandboxInstance``. ``refresh_data`` asks the server again.
    #[getter]
    pub(crate) fn instance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::instance(py, &self.0.data())
    }

    /// Runs commands and code in it.
    #[getter]
    fn process(&self) -> Process {
        Process(self.0.process())
    }

    /// Moves files in and out of it.
    #[getter]
    fn fs(&self) -> FileSystem {
        FileSystem(self.0.fs())
    }

    /// Its name.
    #[getter]
    fn name<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "name")
    }

    /// The image it was made from.
    #[getter]
    fn image<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "image")
    }

    /// The user that commands run as.
    #[getter]
    fn user<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "user")
    }

    /// Environment of every process in it.
    #[getter]
    fn env<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "env")
    }

    /// Its labels.
    #[getter]
    fn labels<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "labels")
    }

    /// Whether preview links need no token.
    #[getter]
    fn public<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "public")
    }

    /// Where it runs.
    #[getter]
    fn target<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "target")
    }

    /// Its cores.
    #[getter]
    fn cpu<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "cpu")
    }

    /// Its GPUs.
    #[getter]
    fn gpu<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "gpu")
    }

    /// Its memory in GB.
    #[getter]
    fn memory<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "memory")
    }

    /// Its disk in GB.
    #[getter]
    fn disk<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "disk")
    }

    /// Where it was in its life when the server was last asked.
    #[getter]
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "state")
    }

    /// Why it is in the error state.
    #[getter]
    fn error_reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "error_reason")
    }

    /// State of its last backup.
    #[getter]
    fn snapshot_state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "snapshot_state")
    }

    /// When it was last backed up, ISO 8601.
    #[getter]
    fn snapshot_created_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "snapshot_created_at")
    }

    /// Minutes without activity until it is stopped; 0 never.
    #[getter]
    fn auto_stop_interval<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "auto_stop_interval")
    }

    /// Asks the server about the sandbox and returns what it said: a ``SandboxInfo``.
    fn info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.refresh_data(py)?;
        convert::info(py, &self.0.data())
    }

    /// Asks the server about the sandbox; ``instance`` and the properties are fresh afterwards.
    fn refresh_data(&self, py: Python<'_>) -> PyResult<()> {
        runtime::block_on(py, self.0.refresh())
    }

    /// The home folder of its user.
    ///
    /// Example:
    ///     ```python
    ///     path = sandbox.get_user_root_dir() + "/app.py"
    ///     ```
    fn get_user_root_dir(&self, py: Python<'_>) -> PyResult<String> {
        runtime::block_on(py, self.0.user_root_dir())
    }

    /// The same as :meth:`get_user_root_dir`.
    fn get_sandbox_root_dir(&self, py: Python<'_>) -> PyResult<String> {
        self.get_user_root_dir(py)
    }

    /// Deprecated name of :meth:`get_user_root_dir`.
    #[pyo3(warn(
        message = "get_workspace_root_dir is deprecated; use get_user_root_dir instead",
        category = PyDeprecationWarning
    ))]
    fn get_workspace_root_dir(&self, py: Python<'_>) -> PyResult<String> {
        self.get_user_root_dir(py)
    }

    /// Replaces its labels and returns them.
    ///
    /// Args:
    ///     labels: All labels it has afterwards.
    #[pyo3(signature = (labels))]
    fn set_labels(&self, py: Python<'_>, labels: Labels) -> PyResult<Labels> {
        runtime::block_on(py, self.0.set_labels(labels))
    }

    /// Starts it and returns when it is started.
    ///
    /// Args:
    ///     timeout: Seconds to wait; 0 or None: no limit.
    #[pyo3(signature = (timeout=Some(60.0)), text_signature = "($self, timeout=60)")]
    pub(crate) fn start(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<()> {
        let timeout = convert::timeout(py, timeout)?;
        runtime::block_on(py, self.0.start(timeout))
    }

    /// Stops it and returns when it is stopped. Its files are kept.
    ///
    /// Args:
    ///     timeout: Seconds to wait; 0 or None: no limit.
    #[pyo3(signature = (timeout=Some(60.0)), text_signature = "($self, timeout=60)")]
    pub(crate) fn stop(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<()> {
        let timeout = convert::timeout(py, timeout)?;
        runtime::block_on(py, self.0.stop(timeout))
    }

    /// Removes it and everything in it.
    ///
    /// Args:
    ///     timeout: Seconds to wait; 0 or None: no limit.
    #[pyo3(signature = (timeout=Some(60.0)), text_signature = "($self, timeout=60)")]
    pub(crate) fn delete(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<()> {
        let timeout = convert::timeout(py, timeout)?;
        runtime::block_on(py, self.0.delete(timeout))
    }

    /// Moves a stopped sandbox to cheaper storage, where the server has any.
    fn archive(&self, py: Python<'_>) -> PyResult<()> {
        runtime::block_on(py, self.0.archive())
    }

    /// Waits until it is started.
    ///
    /// Args:
    ///     timeout: Seconds to wait; 0 or None: no limit.
    #[pyo3(signature = (timeout=Some(60.0)), text_signature = "($self, timeout=60)")]
    fn wait_for_sandbox_start(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<()> {
        let timeout = convert::timeout(py, timeout)?;
        runtime::block_on(py, self.0.wait_until_started(timeout))
    }

    /// Waits until it is stopped.
    ///
    /// Args:
    ///     timeout: Seconds to wait; 0 or None: no limit.
    #[pyo3(signature = (timeout=Some(60.0)), text_signature = "($self, timeout=60)")]
    fn wait_for_sandbox_stop(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<()> {
        let timeout = convert::timeout(py, timeout)?;
        runtime::block_on(py, self.0.wait_until_stopped(timeout))
    }

    /// Deprecated name of :meth:`wait_for_sandbox_start`.
    #[pyo3(
        signature = (timeout=Some(60.0)),
        text_signature = "($self, timeout=60)",
        warn(
            message = "wait_for_workspace_start is deprecated; use wait_for_sandbox_start instead",
            category = PyDeprecationWarning
        )
    )]
    fn wait_for_workspace_start(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<()> {
        self.wait_for_sandbox_start(py, timeout)
    }

    /// Deprecated name of :meth:`wait_for_sandbox_stop`.
    #[pyo3(
        signature = (timeout=Some(60.0)),
        text_signature = "($self, timeout=60)",
        warn(
            message = "wait_for_workspace_stop is deprecated; use wait_for_sandbox_stop instead",
            category = PyDeprecationWarning
        )
    )]
    fn wait_for_workspace_stop(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<()> {
        self.wait_for_sandbox_stop(py, timeout)
    }

    /// Sets the minutes without activity until it is stopped; 0 never.
    ///
    /// Args:
    ///     interval: Minutes, a whole number.
    #[pyo3(signature = (interval))]
    fn set_autostop_interval(&self, py: Python<'_>, interval: &Bound<'_, PyAny>) -> PyResult<()> {
        // The contract asks for a DaytonaError here, not Python's TypeError or OverflowError.
        let minutes = if interval.is_instance_of::<PyInt>() && !interval.is_instance_of::<PyBool>() {
            interval.extract::<i32>().ok()
        } else {
            None
        };
        let Some(minutes) = minutes else {
            return Err(error::invalid(
                py,
                format!(
                    "Failed to set the auto-stop interval: it must be a whole number of minutes, 0 or more, not {}",
                    interval.repr()?
                ),
            ));
        };
        runtime::block_on(py, self.0.set_auto_stop_interval(minutes))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Sandbox(id={:?}, state={:?})", self.id(), self.field(py, "state")?.str()?.to_string()))
    }
}
