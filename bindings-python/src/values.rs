//! What the core answers, as values of the Python classes.
//!
//! Positional arguments stand in the order of the class's `__init__`.

use daytona_core::protocol::sandbox::Sandbox;
use daytona_core::{
    CompletionList, ExecuteResponse, FileInfo, GitCommitInfo, GitRemote, GitStatus, LogChunk, LogSource,
    LspSymbol, Match, Position, PreviewLink, ReplaceResult, Session, SessionCommand, SessionExecuteResponse,
};
use pyo3::call::PyCallArgs;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyType};

/// A Python class of this package, imported when it is first needed.
struct Class {
    module: &'static str,
    name: &'static str,
    cell: PyOnceLock<Py<PyType>>,
}

impl Class {
    const fn new(module: &'static str, name: &'static str) -> Self {
        Self { module, name, cell: PyOnceLock::new() }
    }

    fn make<'py>(&self, py: Python<'py>, fields: impl PyCallArgs<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.cell.import(py, self.module, self.name)?.call1(fields)
    }
}

/// `PortPreviewUrl`.
pub(crate) fn preview_link<'py>(py: Python<'py>, link: &PreviewLink) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::new("daytona_sdk.sandbox", "PortPreviewUrl");
    CLASS.make(py, (&link.url, &link.token))
}

/// `Session`.
pub(crate) fn session<'py>(py: Python<'py>, session: &Session) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::new("daytona_sdk.process", "Session");
    CLASS.make(py, (&session.session_id, all(py, &session.commands, command)?))
}

/// `Command`.
pub(crate) fn command<'py>(py: Python<'py>, command: &SessionCommand) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::new("daytona_sdk.process", "Command");
    CLASS.make(py, (&command.id, &command.command, command.exit_code))
}

/// `SessionExecuteResponse`.
pub(crate) fn session_execute_response<'py>(
    py: Python<'py>,
    response: &SessionExecuteResponse,
) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let keywords = PyDict::new(py);
    keywords.set_item("stdout", &response.stdout)?;
    keywords.set_item("stderr", &response.stderr)?;
    CLASS
        .import(py, "daytona_sdk.process", "SessionExecuteResponse")?
        .call((&response.cmd_id, &response.output, response.exit_code), Some(&keywords))
}

/// `SessionLogChunk`.
pub(crate) fn log_chunk<'py>(py: Python<'py>, chunk: &LogChunk) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::new("daytona_sdk.process", "SessionLogChunk");
    CLASS.make(py, (&chunk.text, log_source(chunk.source)))
}

/// How Python calls the two streams.
pub(crate) fn log_source(source: LogSource) -> &'static str {
    match source {
        LogSource::Stdout => "stdout",
        LogSource::Stderr => "stderr",
    }
}

/// `FileInfo`.
pub(crate) fn file_info<'py>(py: Python<'py>, info: &FileInfo) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::new("daytona_sdk.filesystem", "FileInfo");
    CLASS.make(
        py,
        (
            &info.name,
            info.is_dir,
            info.size,
            &info.mod_time,
            &info.mode,
            &info.permissions,
            &info.owner,
            &info.group,
        ),
    )
}

/// `Match`.
pub(crate) fn found<'py>(py: Python<'py>, found: &Match) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::new("daytona_sdk.filesystem", "Match");
    CLASS.make(py, (&found.file, found.line, &found.content))
}

/// `SearchFilesResponse`.
pub(crate) fn search_files(py: Python<'_>, files: Vec<String>) -> PyResult<Bound<'_, PyAny>> {
    static CLASS: Class = Class::new("daytona_sdk.filesystem", "SearchFilesResponse");
    CLASS.make(py, (files,))
}

/// `ReplaceResult`.
pub(crate) fn replaced<'py>(py: Python<'py>, replaced: &ReplaceResult) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::new("daytona_sdk.filesystem", "ReplaceResult");
    CLASS.make(py, (&replaced.file, replaced.success, &replaced.error))
}

/// `GitStatus`.
pub(crate) fn git_status<'py>(py: Python<'py>, status: &GitStatus) -> PyResult<Bound<'py, PyAny>> {
    static STATUS: Class = Class::new("daytona_sdk.git", "GitStatus");
    static FILE: Class = Class::new("daytona_sdk.git", "FileStatus");
    let files = status
        .file_status
        .iter()
        .map(|file| FILE.make(py, (&file.name, &file.staging, &file.worktree, &file.extra)))
        .collect::<PyResult<Vec<_>>>()?;
    STATUS.make(py, (&status.current_branch, files, status.ahead, status.behind, status.branch_published))
}

/// `ListBranchResponse`.
pub(crate) fn branches(py: Python<'_>, branches: Vec<String>) -> PyResult<Bound<'_, PyAny>> {
    static CLASS: Class = Class::new("daytona_sdk.git", "ListBranchResponse");
    CLASS.make(py, (branches,))
}

/// `GitCommitResponse`.
pub(crate) fn commit(py: Python<'_>, sha: String) -> PyResult<Bound<'_, PyAny>> {
    static CLASS: Class = Class::new("daytona_sdk.git", "GitCommitResponse");
    CLASS.make(py, (sha,))
}

/// `GitCommitInfo`.
pub(crate) fn commit_info<'py>(py: Python<'py>, commit: &GitCommitInfo) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::new("daytona_sdk.git", "GitCommitInfo");
    CLASS.make(py, (&commit.hash, &commit.message, &commit.author, &commit.email, &commit.timestamp))
}

/// `GitRemote`.
pub(crate) fn remote<'py>(py: Python<'py>, remote: &GitRemote) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::new("daytona_sdk.git", "GitRemote");
    CLASS.make(py, (&remote.name, &remote.url))
}

/// `LspSymbol`.
pub(crate) fn symbol<'py>(py: Python<'py>, symbol: &LspSymbol) -> PyResult<Bound<'py, PyAny>> {
    static SYMBOL: Class = Class::new("daytona_sdk.lsp_server", "LspSymbol");
    static LOCATION: Class = Class::new("daytona_sdk.lsp_server", "LspLocation");
    static RANGE: Class = Class::new("daytona_sdk.lsp_server", "LspRange");
    static POSITION: Class = Class::new("daytona_sdk.lsp_server", "Position");
    let position = |place: &Position| POSITION.make(py, (place.line, place.character));
    let range = symbol
        .location
        .range
        .as_ref()
        .map(|range| RANGE.make(py, (position(&range.start)?, position(&range.end)?)))
        .transpose()?;
    SYMBOL.make(py, (&symbol.name, symbol.kind, LOCATION.make(py, (&symbol.location.uri, range))?))
}

/// `CompletionList`.
pub(crate) fn completions<'py>(py: Python<'py>, list: &CompletionList) -> PyResult<Bound<'py, PyAny>> {
    static LIST: Class = Class::new("daytona_sdk.lsp_server", "CompletionList");
    static ITEM: Class = Class::new("daytona_sdk.lsp_server", "CompletionItem");
    let items = list
        .items
        .iter()
        .map(|item| {
            let documentation = item.documentation.as_ref().map(|value| json(py, value)).transpose()?;
            ITEM.make(
                py,
                (
                    &item.label,
                    item.kind,
                    &item.detail,
                    documentation,
                    &item.sort_text,
                    &item.filter_text,
                    &item.insert_text,
                ),
            )
        })
        .collect::<PyResult<Vec<_>>>()?;
    LIST.make(py, (list.is_incomplete, items))
}

/// Every one of them, as a list.
pub(crate) fn all<'py, T>(
    py: Python<'py>,
    values: &[T],
    convert: impl Fn(Python<'py>, &T) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let values = values.iter().map(|value| convert(py, value)).collect::<PyResult<Vec<_>>>()?;
    Ok(PyList::new(py, values)?.into_any())
}

/// What has no class of its own. It is rare and small: Python's own parser makes the objects.
fn json<'py>(py: Python<'py>, value: &serde_json::Value) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (value.to_string(),))
}

/// `ExecuteResponse`.
pub(crate) fn execute_response<'py>(
    py: Python<'py>,
    response: &ExecuteResponse,
) -> PyResult<Bound<'py, PyAny>> {
    static RESPONSE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static ARTIFACTS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static PARSE_CHARTS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let charts = if response.charts.is_empty() {
        None
    } else {
        let decoded = json(py, &serde_json::Value::Array(response.charts.clone()))?;
        Some(PARSE_CHARTS.import(py, "daytona_sdk.charts", "parse_charts")?.call1((decoded,))?)
    };
    // One Python string for both places it shows up in.
    let stdout = response.stdout.as_str().into_pyobject(py)?;
    let artifacts =
        ARTIFACTS.import(py, "daytona_sdk.process", "ExecutionArtifacts")?.call1((&stdout, charts))?;
    let keywords = PyDict::new(py);
    keywords.set_item("stdout", &stdout)?;
    keywords.set_item("stderr", &response.stderr)?;
    RESPONSE
        .import(py, "daytona_sdk.process", "ExecuteResponse")?
        .call((response.exit_code, &response.result, artifacts), Some(&keywords))
}

/// `SandboxInstance`.
pub(crate) fn instance<'py>(py: Python<'py>, data: &Sandbox) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    sandbox_value(py, CLASS.import(py, "daytona_sdk.sandbox", "SandboxInstance")?, data)
}

/// `SandboxInfo`.
pub(crate) fn info<'py>(py: Python<'py>, data: &Sandbox) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    sandbox_value(py, CLASS.import(py, "daytona_sdk.sandbox", "SandboxInfo")?, data)
}

fn sandbox_value<'py>(
    py: Python<'py>,
    class: &Bound<'py, PyType>,
    data: &Sandbox,
) -> PyResult<Bound<'py, PyAny>> {
    let fields = PyDict::new(py);
    fields.set_item("id", &data.id)?;
    fields.set_item("name", &data.name)?;
    fields.set_item("image", &data.snapshot)?;
    fields.set_item("user", &data.user)?;
    fields.set_item("env", &data.env)?;
    fields.set_item("labels", &data.labels)?;
    fields.set_item("public", data.public)?;
    fields.set_item("target", &data.target)?;
    for (name, number) in [
        ("cpu", Some(data.cpu)),
        ("gpu", Some(data.gpu)),
        ("memory", Some(data.memory)),
        ("disk", Some(data.disk)),
        ("auto_stop_interval", data.auto_stop_interval),
    ] {
        fields.set_item(name, number.map(|number| whole_or_float(py, number)).transpose()?)?;
    }
    fields.set_item("state", data.state.as_ref().map(|state| state.as_str()))?;
    fields.set_item("error_reason", &data.error_reason)?;
    fields.set_item("snapshot_state", &data.backup_state)?;
    fields.set_item("snapshot_created_at", &data.backup_created_at)?;
    fields.set_item("class_name", &data.sandbox_class)?;
    fields.set_item("created_at", &data.created_at)?;
    fields.set_item("updated_at", &data.updated_at)?;
    class.call((), Some(&fields))
}

/// JSON has one kind of number; `cpu` should print as 2, not 2.0.
fn whole_or_float(py: Python<'_>, number: f64) -> PyResult<Bound<'_, PyAny>> {
    #[expect(clippy::cast_possible_truncation, reason = "checked: it is a whole number that an i32 can hold")]
    if number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX) {
        Ok((number as i32).into_pyobject(py)?.into_any())
    } else {
        Ok(number.into_pyobject(py)?.into_any())
    }
}
