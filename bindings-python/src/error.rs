//! From the core's one error to the Python exception of its code.
//!
//! The classes and the table from code to class are Python's (`daytona_sdk.errors`), because some of them
//! need two bases, which native classes cannot have.

use daytona_core::{Error, ErrorCode};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// The exception for a failure of the core.
pub(crate) fn raise(py: Python<'_>, failure: &Error) -> PyErr {
    static FROM_CORE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let exception = FROM_CORE.import(py, "daytona_sdk.errors", "from_core").and_then(|from_core| {
        from_core.call1((
            failure.code().as_str(),
            failure.message(),
            failure.status(),
            failure.request_id(),
            failure.retry_after(),
            failure.exit_code(),
            failure.stderr(),
        ))
    });
    match exception {
        Ok(exception) => PyErr::from_value(exception),
        Err(other) => other,
    }
}

/// `DaytonaValidationError` for an argument of the right type whose value no core call could take.
pub(crate) fn invalid(py: Python<'_>, verb: &str, reason: &str) -> PyErr {
    raise(py, &Error::new(ErrorCode::Validation, format!("Failed to {verb}: {reason}")))
}
