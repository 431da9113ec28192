//! The native half of the `daytona_sdk` Python package.
//!
//! Handles and everything that does work live here, one file per noun; values, enums and exceptions are Python
//! (`bindings-python/daytona_sdk`). A method converts its arguments, makes one core call, and maps the error:
//! no retry, no default, no URL and no policy belongs in this crate.

mod call;
mod client;
mod convert;
mod download;
mod error;
mod filesystem;
mod git;
mod home;
mod logs;
mod lsp_server;
mod process;
mod runtime;
mod sandbox;
mod upload;
mod values;

/// What `daytona_sdk._daytona` exports. Users import from `daytona_sdk`.
#[pyo3::pymodule]
mod _daytona {
    use daytona_core::ErrorCode;
    use pyo3::prelude::*;
    use pyo3::types::PyTuple;

    #[pymodule_export]
    use crate::client::{AsyncDaytona, Daytona};
    #[pymodule_export]
    use crate::download::{AsyncDownloadStream, DownloadStream};
    #[pymodule_export]
    use crate::filesystem::{AsyncFileSystem, FileSystem};
    #[pymodule_export]
    use crate::git::{AsyncGit, Git};
    #[pymodule_export]
    use crate::logs::{AsyncSessionLogStream, SessionLogStream};
    #[pymodule_export]
    use crate::lsp_server::{AsyncLspServer, LspServer};
    #[pymodule_export]
    use crate::process::{AsyncProcess, Process, check_exit};
    #[pymodule_export]
    use crate::sandbox::{AsyncSandbox, Sandbox};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        crate::runtime::leave_at_exit(py)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        // For the test that holds the Python table of exception classes equal to the core's codes.
        module.add("ERROR_CODES", PyTuple::new(py, ErrorCode::ALL.map(ErrorCode::as_str))?)
    }
}
