//! `sandbox.process`: commands and code.

use crate::convert::{self, Labels};
use crate::{error, runtime};
use daytona_core::ExecuteResponse;
use pyo3::prelude::*;

/// Runs commands and code in a sandbox: ``sandbox.process``.
///
/// A non-zero exit code does not raise; ``ExecuteResponse.check()`` does. ``ProcessExecutionError`` is raised
/// when a process could not be run to its end.
///
/// Example:
///     ```python
///     response = sandbox.process.exec("echo $GREETING | tr a-z A-Z", env={"GREETING": "hello"})
///     print(response.result)
///     ```
#[pyclass(frozen, module = "daytona_sdk")]
pub(crate) struct Process(pub(crate) daytona_core::Process);

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
    ///     response = sandbox.process.exec("ls -l | wc -l", cwd="/tmp", timeout=10)
    ///     print(response.exit_code, response.result)
    ///     ```
    #[pyo3(signature = (command, cwd=None, env=None, timeout=None))]
    fn exec<'py>(
        &self,
        py: Python<'py>,
        command: &str,
        cwd: Option<&str>,
        env: Option<Labels>,
        timeout: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let timeout = convert::timeout(py, timeout)?;
        let response = runtime::block_on(py, self.0.exec(command, cwd, env, timeout))?;
        convert::execute_response(py, &response)
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
    ///     response = sandbox.process.code_run('print("Sum of 3 and 4 is " + str(3 + 4))')
    ///     print(response.result)
    ///     ```
    #[pyo3(signature = (code, params=None, timeout=None))]
    fn code_run<'py>(
        &self,
        py: Python<'py>,
        code: &str,
        params: Option<&Bound<'py, PyAny>>,
        timeout: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let params = convert::code_run_params(params)?;
        let timeout = convert::timeout(py, timeout)?;
        let response = runtime::block_on(py, self.0.code_run(code, params, timeout))?;
        convert::execute_response(py, &response)
    }
}

/// Raises ``ProcessExecutionError`` for a non-zero exit code; behind ``ExecuteResponse.check()``, so that the
/// message is the same in every language.
#[pyfunction]
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
