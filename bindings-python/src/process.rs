//! `sandbox.process`: commands, code and sessions.

use crate::convert::{self, Labels};
use crate::logs::{self, AsyncSessionLogStream, SessionLogStream};
use crate::{call, error, values};
use daytona_core::ExecuteResponse;
use daytona_python_twins::twins;
use pyo3::prelude::*;

/// Runs commands, code and sessions in a sandbox: ``sandbox.process``.
///
/// A non-zero exit code does not raise; ``ExecuteResponse.check()`` does. ``ProcessExecutionError`` is raised
/// when a process could not be run to its end.
///
/// Example:
///     ```python
///     response = {await}sandbox.process.exec("echo $GREETING | tr a-z A-Z", env={"GREETING": "hello"})
///     print(response.result)
///     ```
#[twins]
#[pyclass(frozen, module = "daytona_sdk")]
pub(crate) struct Process(pub(crate) daytona_core::Process);

#[twins]
#[pymethods]
impl Process {
    /// Runs a shell command: pipes, variables, quotes and ``&&`` work.
    ///
    /// Args:
    ///     command: The command line.
    ///     cwd: Working directory; the sandbox's own when left out.
    ///     env: Added to the environment.
    ///     timeout: Seconds until the command and everything it started is killed; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     response = {await}sandbox.process.exec("ls -l | wc -l", cwd="/tmp", timeout=10)
    ///     print(response.exit_code, response.result)
    ///     ```
    #[pyo3(signature = (
        command: "str",
        cwd: "str | None" = None,
        env: "dict[str, str] | None" = None,
        timeout: "float | None" = None
    ) -> "ExecuteResponse")]
    fn exec(
        &self,
        py: Python<'_>,
        command: String,
        cwd: Option<String>,
        env: Option<Labels>,
        timeout: Option<f64>,
    ) -> PyResult<Call> {
        let (process, timeout) = (self.0.clone(), convert::timeout(py, timeout)?);
        let running = async move { process.exec(&command, cwd.as_deref(), env, timeout).await };
        Ok(Call::new(running, |py, response| values::execute_response(py, &response)))
    }

    /// Runs code in the language of the sandbox.
    ///
    /// Args:
    ///     code: Source text.
    ///     params: Arguments and environment of the program.
    ///     timeout: Seconds until the program and everything it started is killed; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     response = {await}sandbox.process.code_run('print("Sum of 3 and 4 is " + str(3 + 4))')
    ///     print(response.result)
    ///     ```
    #[pyo3(signature = (
        code: "str",
        params: "CodeRunParams | None" = None,
        timeout: "float | None" = None
    ) -> "ExecuteResponse")]
    fn code_run(
        &self,
        py: Python<'_>,
        code: String,
        params: Option<&Bound<'_, PyAny>>,
        timeout: Option<f64>,
    ) -> PyResult<Call> {
        let params = convert::code_run_params(params)?;
        let (process, timeout) = (self.0.clone(), convert::timeout(py, timeout)?);
        let running = async move { process.code_run(&code, params, timeout).await };
        Ok(Call::new(running, |py, response| values::execute_response(py, &response)))
    }

    /// Makes a session: a shell that keeps its folder and variables from one command to the next.
    ///
    /// Args:
    ///     session_id: Its id, of your choice.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.process.create_session("tests")
    ///     run = SessionExecuteRequest(command="export CI=1")
    ///     {await}sandbox.process.execute_session_command("tests", run)
    ///     ```
    #[pyo3(signature = (session_id: "str") -> "None")]
    fn create_session(&self, session_id: String) -> Call {
        let process = self.0.clone();
        Call::new(async move { process.create_session(&session_id).await }, call::nothing)
    }

    /// A session and its commands.
    ///
    /// Args:
    ///     session_id: Its id.
    ///
    /// Example:
    ///     ```python
    ///     session = {await}sandbox.process.get_session("build")
    ///     for command in session.commands:
    ///         print(command.id, command.command, command.exit_code)
    ///     ```
    #[pyo3(signature = (session_id: "str") -> "Session")]
    fn get_session(&self, session_id: String) -> Call {
        let process = self.0.clone();
        Call::new(async move { process.get_session(&session_id).await }, |py, session| {
            values::session(py, &session)
        })
    }

    /// All sessions.
    ///
    /// Example:
    ///     ```python
    ///     for session in {await}sandbox.process.list_sessions():
    ///         print(session.session_id, len(session.commands))
    ///     ```
    #[pyo3(signature = () -> "list[Session]")]
    fn list_sessions(&self) -> Call {
        let process = self.0.clone();
        Call::new(async move { process.list_sessions().await }, |py, sessions| {
            values::all(py, &sessions, values::session)
        })
    }

    /// Ends a session and everything that runs in it.
    ///
    /// Args:
    ///     session_id: Its id.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.process.delete_session("build")
    ///     ```
    #[pyo3(signature = (session_id: "str") -> "None")]
    fn delete_session(&self, session_id: String) -> Call {
        let process = self.0.clone();
        Call::new(async move { process.delete_session(&session_id).await }, call::nothing)
    }

    /// A command of a session.
    ///
    /// Args:
    ///     session_id: Id of the session.
    ///     command_id: Id of the command.
    ///
    /// Example:
    ///     ```python
    ///     run = SessionExecuteRequest(command="make", run_async=True)
    ///     response = {await}sandbox.process.execute_session_command("build", run)
    ///     command = {await}sandbox.process.get_session_command("build", response.cmd_id)
    ///     print("runs" if command.exit_code is None else f"exit code {command.exit_code}")
    ///     ```
    #[pyo3(signature = (session_id: "str", command_id: "str") -> "Command")]
    fn get_session_command(&self, session_id: String, command_id: String) -> Call {
        let process = self.0.clone();
        let asking = async move { process.get_session_command(&session_id, &command_id).await };
        Call::new(asking, |py, command| values::command(py, &command))
    }

    /// Runs a command in a session; waits for it unless it is to run in the background.
    ///
    /// Args:
    ///     session_id: Id of the session.
    ///     req: The command.
    ///     timeout: Seconds to wait for it; 0 or None: no limit.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.process.execute_session_command("build", SessionExecuteRequest(command="cd project"))
    ///     response = {await}sandbox.process.execute_session_command("build", SessionExecuteRequest(command="make"))
    ///     print(response.exit_code, response.output)
    ///     ```
    #[pyo3(signature = (
        session_id: "str",
        req: "SessionExecuteRequest",
        timeout: "float | None" = None
    ) -> "SessionExecuteResponse")]
    fn execute_session_command(
        &self,
        py: Python<'_>,
        session_id: String,
        req: &Bound<'_, PyAny>,
        timeout: Option<f64>,
    ) -> PyResult<Call> {
        let request = convert::session_execute_request(req)?;
        let (process, timeout) = (self.0.clone(), convert::timeout(py, timeout)?);
        let running = async move { process.execute_session_command(&session_id, request, timeout).await };
        Ok(Call::new(running, |py, response| values::session_execute_response(py, &response)))
    }

    /// What a command has written so far, stdout and stderr together.
    ///
    /// Args:
    ///     session_id: Id of the session.
    ///     command_id: Id of the command.
    ///
    /// Example:
    ///     ```python
    ///     response = {await}sandbox.process.execute_session_command("build", SessionExecuteRequest(command="ls -l"))
    ///     logs = {await}sandbox.process.get_session_command_logs("build", response.cmd_id)
    ///     print(logs)
    ///     ```
    #[pyo3(signature = (session_id: "str", command_id: "str") -> "str")]
    fn get_session_command_logs(&self, session_id: String, command_id: String) -> Call {
        let process = self.0.clone();
        let asking = async move { process.get_session_command_logs(&session_id, &command_id).await };
        Call::new(asking, |py, logs| call::plain(py, logs.output))
    }

    /// Gives the output of a command to a callback as it is written, from its beginning, and returns when the
    /// command has ended. To be awaited.
    ///
    /// The callbacks are plain functions or coroutine functions, and run in the task that awaits this. The stream
    /// waits for them. An exception of theirs ends it and is raised here.
    ///
    /// Args:
    ///     session_id: Id of the session.
    ///     command_id: Id of the command.
    ///     on_logs: Called with each piece of text.
    ///     on_stderr: Called with the pieces of stderr; ``on_logs`` then gets those of stdout only.
    ///
    /// Example:
    ///     ```python
    ///     run = SessionExecuteRequest(command="make", run_async=True)
    ///     response = {await}sandbox.process.execute_session_command("build", run)
    ///     await sandbox.process.get_session_command_logs_async("build", response.cmd_id, print)
    ///     ```
    #[pyo3(signature = (
        session_id: "str",
        command_id: "str",
        on_logs: "Callable[[str], object]",
        on_stderr: "Callable[[str], object] | None" = None
    ) -> "Coroutine[Any, Any, None]")]
    fn get_session_command_logs_async<'py>(
        &self,
        py: Python<'py>,
        session_id: &str,
        command_id: &str,
        on_logs: Bound<'py, PyAny>,
        on_stderr: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        logs::follow(py, self.0.stream_session_command_logs(session_id, command_id), on_logs, on_stderr)
    }

    /// The output of a command as it is written, from its beginning: an iterator that ends when the command has
    /// ended. ``async for`` works on it too.
    ///
    /// Args:
    ///     session_id: Id of the session.
    ///     command_id: Id of the command.
    ///
    /// Example:
    ///     ```python
    ///     run = SessionExecuteRequest(command="for i in 1 2 3; do echo $i; sleep 0.1; done", run_async=True)
    ///     response = {await}sandbox.process.execute_session_command("build", run)
    ///     {async}for chunk in sandbox.process.stream_session_command_logs("build", response.cmd_id):
    ///         print(chunk.source, chunk.text, end="")
    ///     ```
    #[pyo3(signature = (session_id: "str", command_id: "str") -> "SessionLogStream")]
    fn stream_session_command_logs(&self, session_id: &str, command_id: &str) -> SessionLogStream {
        SessionLogStream::of(self.0.stream_session_command_logs(session_id, command_id))
    }

    /// Writes to the standard input of a running command.
    ///
    /// Args:
    ///     session_id: Id of the session.
    ///     command_id: Id of the command.
    ///     data: The text; a line ends with ``"\n"``.
    ///
    /// Example:
    ///     ```python
    ///     run = SessionExecuteRequest(command="read -p 'Go on? ' answer", run_async=True)
    ///     response = {await}sandbox.process.execute_session_command("build", run)
    ///     {await}sandbox.process.send_session_command_input("build", response.cmd_id, "yes\n")
    ///     ```
    #[pyo3(signature = (session_id: "str", command_id: "str", data: "str") -> "None")]
    fn send_session_command_input(&self, session_id: String, command_id: String, data: String) -> Call {
        let process = self.0.clone();
        let sending =
            async move { process.send_session_command_input(&session_id, &command_id, &data).await };
        Call::new(sending, call::nothing)
    }
}

/// Raises ``ProcessExecutionError`` for a non-zero exit code; behind ``ExecuteResponse.check()``, so that the
/// message is the same in every language.
#[pyfunction]
#[pyo3(signature = (exit_code: "int", result: "str", stdout: "str", stderr: "str") -> "None")]
pub(crate) fn check_exit(
    py: Python<'_>,
    exit_code: i32,
    result: String,
    stdout: String,
    stderr: String,
) -> PyResult<()> {
    ExecuteResponse { exit_code, result, stdout, stderr, charts: Vec::new() }
        .check()
        .map_err(|failure| error::raise(py, &failure))
}
