//! The tokio runtime and how a Python thread waits on it.
//!
//! One runtime per process, made on first use. After `fork` the child has none of its threads, so the child
//! makes its own. What must stay true: the GIL is never held while waiting; and signal handlers run outside the
//! runtime, because a handler may well call this SDK again. A daemon thread in a call must survive the
//! interpreter's shutdown: it asks for the GIL with `try_attach` only, and where its call ends, pyo3 lets it
//! hang as CPython 3.14 would, until the process is gone.

use crate::error;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::future::Future;
use std::process;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long Ctrl-C may go unnoticed. Waking this often costs nothing measurable.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);

/// Requests are driven by the thread that waits for them; these only serve connections and reads of uploads.
const WORKERS: usize = 2;

struct Owned {
    pid: u32,
    runtime: Runtime,
}

/// A pointer, not a lock: a lock that another thread held during `fork` would stay locked in the child forever.
static CURRENT: AtomicPtr<Owned> = AtomicPtr::new(std::ptr::null_mut());

fn current() -> PyResult<&'static Runtime> {
    let seen = CURRENT.load(Ordering::Acquire);
    // SAFETY: the pointer is null or came from `Box::into_raw` below, and what it points to is never freed.
    if let Some(owned) = unsafe { seen.as_ref() }
        && owned.pid == process::id()
    {
        return Ok(&owned.runtime);
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("daytona-sdk")
        .enable_all()
        .build()
        .map_err(|reason| {
            PyRuntimeError::new_err(format!("Failed to start the I/O threads of the Daytona SDK: {reason}"))
        })?;
    let made = Box::into_raw(Box::new(Owned { pid: process::id(), runtime }));
    match CURRENT.compare_exchange(seen, made, Ordering::AcqRel, Ordering::Acquire) {
        // `seen` is leaked on purpose when it is the parent's: dropping it would join threads that do not exist
        // here, and close file descriptors that its I/O driver shares with the parent.
        Ok(_) => {
            // SAFETY: `made` was just made by `Box::into_raw` and is never freed from here on.
            Ok(unsafe { &(*made).runtime })
        }
        Err(theirs) => {
            // SAFETY: another thread was first, so nobody else has ever seen `made`.
            let unused = unsafe { Box::from_raw(made) };
            unused.runtime.shutdown_background();
            // SAFETY: as for `seen` above; only this process can have stored it, after the check above.
            Ok(unsafe { &(*theirs).runtime })
        }
    }
}

/// Runs one core call to its end, without the GIL.
///
/// An exception from a signal handler (`KeyboardInterrupt`, say) ends the wait, and dropping the future cancels
/// the request. Python runs handlers on the main thread only; checking on others does nothing.
pub(crate) fn block_on<T: Send>(
    py: Python<'_>,
    future: impl Future<Output = daytona_core::Result<T>> + Send,
) -> PyResult<T> {
    interruptible(py, future)?.map_err(|failure| error::raise(py, &failure))
}

/// [`block_on`] for who must tell a failure of the call (inside) from an interrupt (outside).
pub(crate) fn interruptible<T: Send>(py: Python<'_>, future: impl Future<Output = T> + Send) -> PyResult<T> {
    let runtime = current()?;
    py.detach(|| wait(runtime, future))
}

/// Calls what starts work that goes on by itself.
pub(crate) fn within<T>(start: impl FnOnce() -> T) -> PyResult<T> {
    let _context = current()?.enter();
    Ok(start())
}

fn wait<T>(runtime: &Runtime, future: impl Future<Output = T>) -> PyResult<T> {
    // A future that is dropped half-way may want to spawn its clean-up.
    let _context = runtime.enter();
    let mut future = Box::pin(future);
    loop {
        let step = runtime.block_on(async { tokio::time::timeout(SIGNAL_CHECK, future.as_mut()).await });
        match step {
            Ok(output) => return Ok(output),
            // Without an interpreter to ask, there is no signal handler to run either.
            Err(_) => Python::try_attach(|py| py.check_signals()).unwrap_or(Ok(()))?,
        }
    }
}

/// Runs blocking Python code of the user's (reading from a file object) off the worker threads.
///
/// `None` when the interpreter is shutting down.
pub(crate) async fn call_python<T: Send + 'static>(
    call: impl for<'py> FnOnce(Python<'py>) -> T + Send + 'static,
) -> Option<T> {
    tokio::task::spawn_blocking(|| Python::try_attach(call)).await.ok()?
}
