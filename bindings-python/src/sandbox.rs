//! `Sandbox`: one sandbox.

use crate::convert::{self, Labels};
use crate::filesystem::{AsyncFileSystem, FileSystem};
use crate::git::{AsyncGit, Git};
use crate::lsp_server::{AsyncLspServer, LspServer};
use crate::process::{AsyncProcess, Process};
use crate::{call, error, values};
use daytona_python_twins::twins;
use pyo3::exceptions::PyDeprecationWarning;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt};

/// One sandbox: ``process`` runs things in it, ``fs`` moves files, ``git`` works on repositories, ``instance``
/// tells about it.
///
/// Made by ``Daytona.create``, ``get`` and ``list``. It outlives this object: remove it when it is done with.
///
/// Example:
///     ```python
///     sandbox = {await}daytona.create()
///     print(sandbox.id, sandbox.state)
///     {await}sandbox.delete()
///     ```
#[twins]
#[pyclass(frozen, weakref, module = "daytona_sdk")]
pub(crate) struct Sandbox(pub(crate) daytona_core::Sandbox);

/// A field of the latest known copy, as `instance` shows it.
fn field<'py>(py: Python<'py>, sandbox: &daytona_core::Sandbox, name: &str) -> PyResult<Bound<'py, PyAny>> {
    values::instance(py, &sandbox.data())?.getattr(name)
}

#[twins]
#[pymethods]
impl Sandbox {
    /// Its id.
    ///
    /// Example:
    ///     ```python
    ///     print(f"sandbox {sandbox.id}")
    ///     ```
    #[getter]
    #[gives("str")]
    fn id(&self) -> String {
        self.0.id()
    }

    /// The latest known copy of it: a ``SandboxInstance``. ``refresh_data`` asks the server again.
    ///
    /// Example:
    ///     ```python
    ///     print(sandbox.instance.created_at, sandbox.instance.resources)
    ///     ```
    #[getter]
    #[gives("SandboxInstance")]
    pub(crate) fn instance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        values::instance(py, &self.0.data())
    }

    /// Runs commands and code in it.
    ///
    /// Example:
    ///     ```python
    ///     print({await}sandbox.process.exec("date"))
    ///     ```
    #[getter]
    #[gives("Process")]
    fn process(&self) -> Process {
        Process(self.0.process())
    }

    /// Works on git repositories in it.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.git.clone("https://github.com/user/repo.git", "clone")
    ///     ```
    #[getter]
    #[gives("Git")]
    fn git(&self) -> Git {
        Git(self.0.git())
    }

    /// Moves files in and out of it.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.fs.upload_file("notes.txt", "Remember the milk.")
    ///     ```
    #[getter]
    #[gives("FileSystem")]
    fn fs(&self) -> FileSystem {
        FileSystem(self.0.fs())
    }

    /// Its name.
    ///
    /// Example:
    ///     ```python
    ///     sandbox = {await}daytona.get(sandbox.name)
    ///     ```
    #[getter]
    #[gives("str")]
    fn name<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "name")
    }

    /// The image it was made from.
    ///
    /// Example:
    ///     ```python
    ///     print(f"made from {sandbox.image}")
    ///     ```
    #[getter]
    #[gives("str | None")]
    fn image<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "image")
    }

    /// The user that commands run as.
    ///
    /// Example:
    ///     ```python
    ///     print(f"commands run as {sandbox.user}")
    ///     ```
    #[getter]
    #[gives("str")]
    fn user<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "user")
    }

    /// Environment of every process in it.
    ///
    /// Example:
    ///     ```python
    ///     if "DEBUG" in sandbox.env:
    ///         print("debugging is on")
    ///     ```
    #[getter]
    #[gives("dict[str, str]")]
    fn env<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "env")
    }

    /// Its labels.
    ///
    /// Example:
    ///     ```python
    ///     owner = sandbox.labels.get("owner", "nobody")
    ///     ```
    #[getter]
    #[gives("dict[str, str]")]
    fn labels<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "labels")
    }

    /// Whether preview links need no token.
    ///
    /// Example:
    ///     ```python
    ///     preview = {await}sandbox.get_preview_link(3000)
    ///     print(preview.url if sandbox.public else f"{preview.url} with a token")
    ///     ```
    #[getter]
    #[gives("bool")]
    fn public<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "public")
    }

    /// Where it runs.
    ///
    /// Example:
    ///     ```python
    ///     if sandbox.target == "local":
    ///         print("no data leaves this machine")
    ///     ```
    #[getter]
    #[gives("str")]
    fn target<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "target")
    }

    /// Its cores.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.process.exec(f"make -j {sandbox.cpu:.0f}")
    ///     ```
    #[getter]
    #[gives("float")]
    fn cpu<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "cpu")
    }

    /// Its GPUs.
    ///
    /// Example:
    ///     ```python
    ///     device = "cuda" if sandbox.gpu else "cpu"
    ///     ```
    #[getter]
    #[gives("float")]
    fn gpu<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "gpu")
    }

    /// Its memory in GB.
    ///
    /// Example:
    ///     ```python
    ///     print(f"{sandbox.memory} GB of memory")
    ///     ```
    #[getter]
    #[gives("float")]
    fn memory<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "memory")
    }

    /// Its disk in GB.
    ///
    /// Example:
    ///     ```python
    ///     if sandbox.disk < 10:
    ///         print("little room for a data set")
    ///     ```
    #[getter]
    #[gives("float")]
    fn disk<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "disk")
    }

    /// Where it was in its life when the server was last asked.
    ///
    /// Example:
    ///     ```python
    ///     if sandbox.state == SandboxState.STOPPED:
    ///         {await}sandbox.start()
    ///     ```
    #[getter]
    #[gives("SandboxState | None")]
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "state")
    }

    /// Why it is in the error state.
    ///
    /// Example:
    ///     ```python
    ///     if sandbox.state == "error":
    ///         print(sandbox.error_reason)
    ///     ```
    #[getter]
    #[gives("str | None")]
    fn error_reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "error_reason")
    }

    /// State of its last backup.
    ///
    /// Example:
    ///     ```python
    ///     backed_up = sandbox.snapshot_state == "Completed"
    ///     ```
    #[getter]
    #[gives("str | None")]
    fn snapshot_state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "snapshot_state")
    }

    /// When it was last backed up, ISO 8601.
    ///
    /// Example:
    ///     ```python
    ///     print(sandbox.snapshot_created_at or "never backed up")
    ///     ```
    #[getter]
    #[gives("str | None")]
    fn snapshot_created_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "snapshot_created_at")
    }

    /// Minutes without activity until it is stopped; 0 never.
    ///
    /// Example:
    ///     ```python
    ///     if sandbox.auto_stop_interval == 0:
    ///         print("it runs until someone stops it")
    ///     ```
    #[getter]
    #[gives("float | None")]
    fn auto_stop_interval<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        field(py, &self.0, "auto_stop_interval")
    }

    /// Asks the server about the sandbox and returns what it said.
    ///
    /// Example:
    ///     ```python
    ///     info = {await}sandbox.info()
    ///     print(info.state, info.resources)
    ///     ```
    #[pyo3(signature = () -> "SandboxInfo")]
    fn info(&self) -> Call {
        let sandbox = self.0.clone();
        let asking = async move { sandbox.refresh().await.map(|()| sandbox.data()) };
        Call::new(asking, |py, data| values::info(py, &data))
    }

    /// Asks the server about the sandbox; ``instance`` and the properties are fresh afterwards.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.refresh_data()
    ///     print(sandbox.state)
    ///     ```
    #[pyo3(signature = () -> "None")]
    fn refresh_data(&self) -> Call {
        let sandbox = self.0.clone();
        Call::new(async move { sandbox.refresh().await }, call::nothing)
    }

    /// The home folder of its user.
    ///
    /// Example:
    ///     ```python
    ///     root = {await}sandbox.get_user_root_dir()
    ///     {await}sandbox.fs.upload_file(root + "/app.py", b"print(7)")
    ///     ```
    #[pyo3(signature = () -> "str")]
    fn get_user_root_dir(&self) -> Call {
        let sandbox = self.0.clone();
        Call::new(async move { sandbox.user_root_dir().await }, call::plain)
    }

    /// The same as :meth:`get_user_root_dir`.
    ///
    /// Example:
    ///     ```python
    ///     root = {await}sandbox.get_sandbox_root_dir()
    ///     print({await}sandbox.fs.list_files(root))
    ///     ```
    #[pyo3(signature = () -> "str")]
    fn get_sandbox_root_dir(&self) -> Call {
        self.get_user_root_dir()
    }

    /// Deprecated name of :meth:`get_user_root_dir`.
    #[pyo3(signature = () -> "str", warn(
        message = "get_workspace_root_dir is deprecated; use get_user_root_dir instead",
        category = PyDeprecationWarning
    ))]
    fn get_workspace_root_dir(&self) -> Call {
        self.get_user_root_dir()
    }

    /// A language server for a project in it. It starts with ``start``, or with the first thing it is asked.
    ///
    /// Args:
    ///     language_id: ``"python"``, ``"typescript"`` or ``"javascript"``.
    ///     path_to_project: The project's folder in the sandbox.
    ///
    /// Example:
    ///     ```python
    ///     lsp = sandbox.create_lsp_server(LspLanguageId.PYTHON, "/home/daytona/project")
    ///     ```
    #[pyo3(signature = (language_id: "LspLanguageId | str", path_to_project: "str") -> "LspServer")]
    fn create_lsp_server(
        &self,
        py: Python<'_>,
        language_id: &str,
        path_to_project: &str,
    ) -> PyResult<LspServer> {
        self.0
            .create_lsp_server(language_id, path_to_project)
            .map(LspServer)
            .map_err(|failure| error::raise(py, &failure))
    }

    /// Replaces its labels and returns them.
    ///
    /// Args:
    ///     labels: All labels it has afterwards.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.set_labels({"project": "demo"})
    ///     ```
    #[pyo3(signature = (labels: "dict[str, str]") -> "dict[str, str]")]
    fn set_labels(&self, labels: Labels) -> Call {
        let sandbox = self.0.clone();
        Call::new(async move { sandbox.set_labels(labels).await }, call::plain)
    }

    /// Starts it and returns when it is started.
    ///
    /// Args:
    ///     timeout: Seconds to wait; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.stop()
    ///     {await}sandbox.start(timeout=30)
    ///     ```
    #[pyo3(
        signature = (timeout: "float | None" = Some(60.0)) -> "None",
        text_signature = "($self, timeout=60)"
    )]
    pub(crate) fn start(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Call> {
        let (sandbox, timeout) = (self.0.clone(), convert::timeout(py, timeout)?);
        Ok(Call::new(async move { sandbox.start(timeout).await }, call::nothing))
    }

    /// Stops it and returns when it is stopped. Its files are kept.
    ///
    /// Args:
    ///     timeout: Seconds to wait; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.stop()
    ///     ```
    #[pyo3(
        signature = (timeout: "float | None" = Some(60.0)) -> "None",
        text_signature = "($self, timeout=60)"
    )]
    pub(crate) fn stop(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Call> {
        let (sandbox, timeout) = (self.0.clone(), convert::timeout(py, timeout)?);
        Ok(Call::new(async move { sandbox.stop(timeout).await }, call::nothing))
    }

    /// Removes it and everything in it.
    ///
    /// Args:
    ///     timeout: Seconds to wait; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.delete()
    ///     ```
    #[pyo3(
        signature = (timeout: "float | None" = Some(60.0)) -> "None",
        text_signature = "($self, timeout=60)"
    )]
    pub(crate) fn delete(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Call> {
        let (sandbox, timeout) = (self.0.clone(), convert::timeout(py, timeout)?);
        Ok(Call::new(async move { sandbox.delete(timeout).await }, call::nothing))
    }

    /// Moves a stopped sandbox to cheaper storage, where the server has any.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.stop()
    ///     {await}sandbox.archive()
    ///     ```
    #[pyo3(signature = () -> "None")]
    fn archive(&self) -> Call {
        let sandbox = self.0.clone();
        Call::new(async move { sandbox.archive().await }, call::nothing)
    }

    /// Waits until it is started.
    ///
    /// Args:
    ///     timeout: Seconds to wait; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     sandbox = {await}daytona.get("my-sandbox")  # which another program starts
    ///     {await}sandbox.wait_for_sandbox_start(timeout=30)
    ///     ```
    #[pyo3(
        signature = (timeout: "float | None" = Some(60.0)) -> "None",
        text_signature = "($self, timeout=60)"
    )]
    fn wait_for_sandbox_start(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Call> {
        let (sandbox, timeout) = (self.0.clone(), convert::timeout(py, timeout)?);
        Ok(Call::new(async move { sandbox.wait_until_started(timeout).await }, call::nothing))
    }

    /// Waits until it is stopped.
    ///
    /// Args:
    ///     timeout: Seconds to wait; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.stop()
    ///     {await}sandbox.wait_for_sandbox_stop(timeout=30)
    ///     ```
    #[pyo3(
        signature = (timeout: "float | None" = Some(60.0)) -> "None",
        text_signature = "($self, timeout=60)"
    )]
    fn wait_for_sandbox_stop(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Call> {
        let (sandbox, timeout) = (self.0.clone(), convert::timeout(py, timeout)?);
        Ok(Call::new(async move { sandbox.wait_until_stopped(timeout).await }, call::nothing))
    }

    /// Deprecated name of :meth:`wait_for_sandbox_start`.
    #[pyo3(
        signature = (timeout: "float | None" = Some(60.0)) -> "None",
        text_signature = "($self, timeout=60)",
        warn(
            message = "wait_for_workspace_start is deprecated; use wait_for_sandbox_start instead",
            category = PyDeprecationWarning
        )
    )]
    fn wait_for_workspace_start(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Call> {
        self.wait_for_sandbox_start(py, timeout)
    }

    /// Deprecated name of :meth:`wait_for_sandbox_stop`.
    #[pyo3(
        signature = (timeout: "float | None" = Some(60.0)) -> "None",
        text_signature = "($self, timeout=60)",
        warn(
            message = "wait_for_workspace_stop is deprecated; use wait_for_sandbox_stop instead",
            category = PyDeprecationWarning
        )
    )]
    fn wait_for_workspace_stop(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Call> {
        self.wait_for_sandbox_stop(py, timeout)
    }

    /// Sets the minutes without activity until it is stopped; 0 never.
    ///
    /// Args:
    ///     interval: Minutes, a whole number.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.set_autostop_interval(60)
    ///     ```
    #[pyo3(signature = (interval: "int") -> "None")]
    fn set_autostop_interval(&self, interval: &Bound<'_, PyAny>) -> PyResult<Call> {
        let (sandbox, minutes) = (self.0.clone(), whole_minutes(interval)?);
        Ok(Call::new(async move { sandbox.set_auto_stop_interval(minutes).await }, call::nothing))
    }

    /// Where a port of it can be reached, and the token that a private sandbox asks for.
    ///
    /// Args:
    ///     port: The port something in the sandbox listens on, 3000 to 9999.
    ///
    /// Example:
    ///     ```python
    ///     preview = {await}sandbox.get_preview_link(3000)
    ///     print(preview.url)
    ///     ```
    #[pyo3(signature = (port: "int") -> "PortPreviewUrl")]
    fn get_preview_link(&self, port: &Bound<'_, PyAny>) -> PyResult<Call> {
        let (sandbox, port) = (self.0.clone(), port_number(port)?);
        let asking = async move { sandbox.get_preview_link(port).await };
        Ok(Call::new(asking, |py, link| values::preview_link(py, &link)))
    }

    /// The same as :meth:`get_preview_link`.
    ///
    /// Args:
    ///     port: The port something in the sandbox listens on, 3000 to 9999.
    ///
    /// Example:
    ///     ```python
    ///     preview = {await}sandbox.get_preview_url(8080)
    ///     print(preview.url, len(preview.token))
    ///     ```
    #[pyo3(signature = (port: "int") -> "PortPreviewUrl")]
    fn get_preview_url(&self, port: &Bound<'_, PyAny>) -> PyResult<Call> {
        self.get_preview_link(port)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let kind = py.get_type::<Self>().name()?;
        Ok(format!("{kind}(id={:?}, state={:?})", self.id(), field(py, &self.0, "state")?.str()?.to_string()))
    }
}

/// The contract asks for a DaytonaError here, not Python's TypeError or OverflowError.
fn whole_minutes(interval: &Bound<'_, PyAny>) -> PyResult<i32> {
    let is_whole = interval.is_instance_of::<PyInt>() && !interval.is_instance_of::<PyBool>();
    interval.extract().ok().filter(|_| is_whole).ok_or_else(|| {
        let shown = interval.repr().map_or_else(|_| String::new(), |repr| format!(", not {repr}"));
        let reason = format!("it must be a whole number of minutes, 0 or more{shown}");
        error::invalid(interval.py(), "set the auto-stop interval", &reason)
    })
}

/// A number that no port can have is the caller's mistake, not an overflow of ours.
fn port_number(port: &Bound<'_, PyAny>) -> PyResult<u16> {
    let number: i64 = port.extract()?;
    u16::try_from(number).map_err(|_| {
        let reason = format!("there is no port {number}; use 3000 to 9999");
        error::invalid(port.py(), "get a preview link", &reason)
    })
}
