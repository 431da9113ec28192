//! A call that has to wait: what it does, and how its answer becomes a Python object.
//!
//! Methods make a `Call` and return it; the `twins` macro turns that into [`Blocking`] in the sync class, which
//! waits for the answer, and into [`Coroutine`] in the async class. Both are made by the same constructors, so a
//! method is written once.

mod awaitable;
mod blocking;
mod event_loop;

pub(crate) use awaitable::Coroutine;
pub(crate) use blocking::Blocking;

use crate::{error, runtime};
use daytona_core::{Client, CreateParams, Result, Sandbox, Timeout};
use pyo3::prelude::*;
use std::future::Future;
use std::pin::Pin;

/// Turns the outcome into a Python object or the exception to raise.
pub(crate) type Answer = Box<dyn for<'py> FnOnce(Python<'py>) -> PyResult<Py<PyAny>> + Send>;

/// What goes on while Python does something else.
pub(crate) type Work = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Makes the work of a call whose outcome, good or bad, `finish` turns into a Python object.
fn work<T: Send + 'static>(
    call: impl Future<Output = Result<T>> + Send + 'static,
    finish: impl for<'py> FnOnce(Python<'py>, Result<T>) -> PyResult<Bound<'py, PyAny>> + Send + 'static,
) -> Work {
    Box::pin(async move {
        let outcome = call.await;
        Box::new(move |py: Python<'_>| finish(py, outcome).map(Bound::unbind)) as Answer
    })
}

/// Creates a sandbox. What a failed attempt may have begun is removed, even when the script ends at the error.
async fn create(client: Client, params: CreateParams, timeout: Timeout) -> Result<Sandbox> {
    let made = client.create(params, timeout).await;
    if made.is_err()
        && let Ok(runtime) = runtime::current()
    {
        runtime.settle_at_exit(&client);
    }
    made
}

/// The same for most calls: a failure raises, and `convert` sees only what succeeded.
fn checked<T>(
    convert: impl for<'py> FnOnce(Python<'py>, T) -> PyResult<Bound<'py, PyAny>>,
) -> impl for<'py> FnOnce(Python<'py>, Result<T>) -> PyResult<Bound<'py, PyAny>> {
    move |py, outcome| convert(py, outcome.map_err(|failure| error::raise(py, &failure))?)
}

/// The `convert` of calls that give nothing back.
#[expect(clippy::unnecessary_wraps, reason = "it stands where conversions stand that can fail")]
pub(crate) fn nothing(py: Python<'_>, _: ()) -> PyResult<Bound<'_, PyAny>> {
    Ok(py.None().into_bound(py))
}

/// The `convert` of calls whose result is a Python object by itself.
pub(crate) fn plain<T: for<'a> IntoPyObject<'a>>(py: Python<'_>, value: T) -> PyResult<Bound<'_, PyAny>> {
    use pyo3::IntoPyObjectExt;
    value.into_bound_py_any(py)
}

/// A result that must not get lost when who asked for it is gone: dropping it unopened takes it back.
pub(crate) trait Parcel: Send + 'static {
    fn open<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;
}
