//! Removing what an interrupted `create` had begun, before the interpreter exits.

use crate::runtime;
use daytona_core::Client;
use pyo3::prelude::*;
use pyo3::types::PyCFunction;
use std::time::Duration;

/// How long an exiting interpreter waits for the removal of what an interrupted `create` had begun. The
/// interrupt itself is raised at once.
const SETTLING: Duration = Duration::from_secs(2);

/// Makes an exiting interpreter wait for it.
pub(super) fn settle_at_exit(py: Python<'_>, client: &Client) -> PyResult<()> {
    let client = client.clone();
    let settle = PyCFunction::new_closure(py, None, None, move |arguments, _| {
        runtime::interruptible(arguments.py(), client.settle(SETTLING))
    })?;
    py.import("atexit")?.call_method1("register", (settle,))?;
    Ok(())
}
