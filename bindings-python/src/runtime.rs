//! The tokio runtime and how a Python thread waits on it.
//!
//! One runtime per process, made on first use. After `fork` the child has none of its threads, so the child
//! makes its own. What must stay true: the GIL is never held while waiting; and signal handlers run outside the
//! runtime, because a handler may well call this SDK again. A daemon thread in a call must survive the
//! interpreter's shutdown: it asks for the GIL with `try_attach` only, and where its call ends, pyo3 lets it
//! hang as CPython 3.14 would, until the process is gone.

mod gate;

use daytona_core::{Client, SETTLING};
use gate::Gate;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyCFunction;
use std::future::Future;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// How long Ctrl-C may go unnoticed. Waking this often costs nothing measurable.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);

/// Requests are driven by the thread that waits for them; these only serve connections and reads of uploads.
const WORKERS: usize = 2;

/// How many threads hand answers to event loops at once. They take turns with the GIL anyway; a thousand answers
/// at the same time must not become hundreds of threads.
const DELIVERIES: usize = 2;

pub(crate) struct Owned {
    pid: u32,
    runtime: Runtime,
    deliveries: Arc<Semaphore>,
    gate: Arc<Gate>,
    /// What an exiting interpreter waits for. Closed from the start: it only has to become empty.
    unsettled: TaskTracker,
}

/// How long a client counts as unsettled: longer than anything is removed, and not for ever where others create.
const UNSETTLED: Duration = Duration::from_secs(300);

/// How long an exiting interpreter waits for our threads to get out of it.
const LEAVING: Duration = Duration::from_secs(2);

impl Owned {
    /// Fails when it is too late for one of our threads to bring an answer to Python.
    pub(crate) fn check_open(&self) -> PyResult<()> {
        if self.gate.is_closed() {
            return Err(PyRuntimeError::new_err(
                "cannot start a call of the Daytona SDK: the interpreter is shutting down",
            ));
        }
        Ok(())
    }

    /// Drives a future on the worker threads.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.runtime.spawn(future)
    }

    /// Has an exiting interpreter wait until what `create` began for nobody is removed.
    pub(crate) fn settle_at_exit(&self, client: &Client) {
        let client = client.clone();
        let settled = async move { client.settle(UNSETTLED).await };
        self.unsettled.spawn_on(settled, self.runtime.handle());
    }

    /// Runs what gives an answer to Python, on a thread that may wait for the GIL; not at all when the
    /// interpreter is shutting down.
    pub(crate) fn deliver(&self, delivery: impl FnOnce() + Send + 'static) -> tokio::task::JoinHandle<()> {
        let (turns, gate) = (Arc::clone(&self.deliveries), Arc::clone(&self.gate));
        self.runtime.spawn(async move {
            let _turn = turns.acquire_owned().await;
            enter(gate, |_| delivery()).await;
        })
    }
}

/// A pointer, not a lock: a lock that another thread held during `fork` would stay locked in the child forever.
static CURRENT: AtomicPtr<Owned> = AtomicPtr::new(std::ptr::null_mut());

/// Has the removal of what nobody waits for sent, and then our threads out of Python, before the interpreter shuts
/// down. To be called once, when the module is imported: `atexit` hooks run in reverse, so those of scripts, which
/// may call this SDK, run before this one.
pub(crate) fn leave_at_exit(py: Python<'_>) -> PyResult<()> {
    let leave = PyCFunction::new_closure(py, None, None, |arguments, _| {
        let py = arguments.py();
        let seen = CURRENT.load(Ordering::Acquire);
        // SAFETY: as in `current`.
        let Some(owned) = (unsafe { seen.as_ref() }).filter(|owned| owned.pid == process::id()) else {
            return Ok(());
        };
        let settled = async { tokio::time::timeout(SETTLING, owned.unsettled.wait()).await };
        let interrupted = interruptible(py, settled).err();
        py.detach(|| owned.gate.close(LEAVING));
        interrupted.map_or(Ok(()), Err)
    })?;
    py.import("atexit")?.call_method1("register", (leave,)).map(drop)
}

/// This process's runtime.
pub(crate) fn current() -> PyResult<&'static Owned> {
    let seen = CURRENT.load(Ordering::Acquire);
    // SAFETY: the pointer is null or came from `Box::into_raw` below, and what it points to is never freed.
    if let Some(owned) = unsafe { seen.as_ref() }
        && owned.pid == process::id()
    {
        return Ok(owned);
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("daytona-sdk")
        .enable_all()
        .build()
        .map_err(|reason| {
            PyRuntimeError::new_err(format!("Failed to start the I/O threads of the Daytona SDK: {reason}"))
        })?;
    let deliveries = Arc::new(Semaphore::new(DELIVERIES));
    let gate = Arc::default();
    let unsettled = TaskTracker::new();
    unsettled.close();
    let made = Box::into_raw(Box::new(Owned { pid: process::id(), runtime, deliveries, gate, unsettled }));
    match CURRENT.compare_exchange(seen, made, Ordering::AcqRel, Ordering::Acquire) {
        // `seen` is leaked on purpose when it is the parent's: dropping it would join threads that do not exist
        // here, and close file descriptors that its I/O driver shares with the parent.
        Ok(_) => {
            // SAFETY: `made` was just made by `Box::into_raw` and is never freed from here on.
            Ok(unsafe { &*made })
        }
        Err(theirs) => {
            // SAFETY: another thread was first, so nobody else has ever seen `made`.
            let unused = unsafe { Box::from_raw(made) };
            unused.runtime.shutdown_background();
            // SAFETY: as for `seen` above; only this process can have stored it, after the check above.
            Ok(unsafe { &*theirs })
        }
    }
}

/// Runs a future to its end, without the GIL.
///
/// An exception from a signal handler (`KeyboardInterrupt`, say) ends the wait, and dropping the future cancels
/// the request. Python runs handlers on the main thread only; checking on others does nothing.
pub(crate) fn interruptible<T: Send>(py: Python<'_>, future: impl Future<Output = T> + Send) -> PyResult<T> {
    let runtime = &current()?.runtime;
    py.detach(|| wait(runtime, future))
}

/// Calls what starts work that goes on by itself.
pub(crate) fn within<T>(start: impl FnOnce() -> T) -> PyResult<T> {
    let _context = current()?.runtime.enter();
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
    let gate = Arc::clone(&current().ok()?.gate);
    enter(gate, call).await
}

async fn enter<T: Send + 'static>(
    gate: Arc<Gate>,
    call: impl for<'py> FnOnce(Python<'py>) -> T + Send + 'static,
) -> Option<T> {
    let inside = tokio::task::spawn_blocking(move || {
        let _pass = gate.enter()?;
        Python::try_attach(call)
    });
    inside.await.ok()?
}
