//! A call of an async method: a coroutine, so that `await`, `asyncio.create_task` and `asyncio.run` all take it.
//!
//! Like every coroutine it does nothing before it is awaited. Then it is a request on the runtime and a future of
//! the running loop, and whatever ends the wait early (a cancelled task, `close`, being collected) drops the
//! request. What must stay true: no lock is held while Python code runs, and a sandbox that was made for a caller
//! who is gone is removed.

use super::event_loop::Shared;
use super::{Answer, Parcel, Work, checked, create, plain, work};
use crate::runtime;
use crate::sandbox::AsyncSandbox;
use daytona_core::{Client, CreateParams, Result, Sandbox, Timeout};
use futures::future::{AbortHandle, abortable};
use pyo3::exceptions::{PyBaseException, PyRuntimeError, PyRuntimeWarning, PyStopIteration};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What an async method returns.
///
/// A coroutine: write ``await`` in front of it, or give it to ``asyncio.create_task``.
#[pyclass(frozen, weakref, module = "daytona_sdk")]
pub(crate) struct Coroutine(Mutex<State>);

enum State {
    New(Work, Option<Client>),
    /// Known from the start: nothing to wait for.
    Ready(Py<PyAny>),
    Running(Running),
    Done,
}

/// A request that is under way.
struct Running {
    /// Of the loop's future; what it is sent goes there.
    iterator: Py<PyAny>,
    request: AbortHandle,
    creating: Option<Client>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.request.abort();
    }
}

impl Coroutine {
    pub(crate) fn new<T: Send + 'static>(
        call: impl Future<Output = Result<T>> + Send + 'static,
        convert: impl for<'py> FnOnce(Python<'py>, T) -> PyResult<Bound<'py, PyAny>> + Send + 'static,
    ) -> Self {
        Self::finishing(call, checked(convert))
    }

    pub(crate) fn finishing<T: Send + 'static>(
        call: impl Future<Output = Result<T>> + Send + 'static,
        finish: impl for<'py> FnOnce(Python<'py>, Result<T>) -> PyResult<Bound<'py, PyAny>> + Send + 'static,
    ) -> Self {
        Self(Mutex::new(State::New(work(call, finish), None)))
    }

    /// `create`, which leaves no sandbox behind when nobody gets it.
    pub(crate) fn creating(client: &Client, params: CreateParams, timeout: Timeout) -> Self {
        let (creating, client) = (client.clone(), client.clone());
        let work = work(
            async move {
                let sandbox = Some(create(client.clone(), params, timeout).await?);
                Ok(Made { sandbox, client })
            },
            checked(Undelivered::wrap),
        );
        Self(Mutex::new(State::New(work, Some(creating))))
    }

    /// One step of an iterator; `end` is what to raise behind the last.
    pub(crate) fn next<P: Parcel>(
        step: impl Future<Output = Result<Option<P>>> + Send + 'static,
        end: fn() -> PyErr,
    ) -> Self {
        Self::new(step, move |py, parcel| Undelivered::wrap(py, parcel.ok_or_else(end)?))
    }

    /// One whose result is there already.
    pub(crate) fn ready(value: Py<PyAny>) -> Self {
        Self(Mutex::new(State::Ready(value)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> State {
        std::mem::replace(&mut *self.state(), State::Done)
    }

    /// Goes on with what `step` does to the loop's future; it stays running when that did not end it.
    fn advance<'py>(
        &self,
        py: Python<'py>,
        running: Running,
        step: impl FnOnce(&Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match step(running.iterator.bind(py)) {
            Ok(awaited) => {
                *self.state() = State::Running(running);
                Ok(awaited)
            }
            Err(ended) => Err(match Undelivered::opened(py, &ended)? {
                Some(value) => finished(value.unbind()),
                None => ended,
            }),
        }
    }
}

/// How a coroutine returns.
fn finished(value: Py<PyAny>) -> PyErr {
    PyStopIteration::new_err((value,))
}

fn start(py: Python<'_>, work: Work, creating: Option<Client>) -> PyResult<Running> {
    // Whether there is a runtime is found out here, where it can be raised.
    runtime::current()?.check_open()?;
    let (work, request) = abortable(work);
    let future = pyo3_async_runtimes::generic::future_into_py::<Shared, _, _>(py, async move {
        // It is aborted when nobody waits any more. Then nothing is delivered; an exception that nobody fetches
        // would make asyncio complain.
        Ok(Delivery(work.await.ok()))
    })?;
    Ok(Running { iterator: future.call_method0("__await__")?.unbind(), request, creating })
}

/// The answer on its way to the loop.
struct Delivery(Option<Answer>);

impl<'py> IntoPyObject<'py> for Delivery {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let delivered = self.0.map(|answer| answer(py)).transpose()?;
        Ok(delivered.map_or_else(|| py.None(), std::convert::identity).into_bound(py))
    }
}

#[pymethods]
impl Coroutine {
    /// Goes on until the next wait.
    fn send<'py>(&self, py: Python<'py>, value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self.take() {
            State::New(work, creating) => {
                let running = start(py, work, creating)?;
                self.advance(py, running, |iterator| iterator.call_method1("send", (value,)))
            }
            State::Running(running) => {
                self.advance(py, running, |iterator| iterator.call_method1("send", (value,)))
            }
            State::Ready(value) => Err(finished(value)),
            State::Done => Err(PyRuntimeError::new_err("cannot reuse already awaited coroutine")),
        }
    }

    /// Raises an exception where the coroutine waits, which gives up the call.
    #[pyo3(signature = (kind, value=None, traceback=None))]
    fn throw<'py>(
        &self,
        py: Python<'py>,
        kind: Bound<'py, PyAny>,
        value: Option<Bound<'py, PyAny>>,
        traceback: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.take() {
            State::Running(running) => {
                running.request.abort();
                if let Some(client) = &running.creating {
                    runtime::current()?.settle_at_exit(client);
                }
                self.advance(py, running, |iterator| match (value, traceback) {
                    // The one way to say it that no version of Python warns about.
                    (None, None) => iterator.call_method1("throw", (kind,)),
                    (value, traceback) => iterator.call_method1("throw", (kind, value, traceback)),
                })
            }
            State::New(..) | State::Ready(_) => {
                let exception = match value {
                    Some(value) if value.is_instance_of::<PyBaseException>() => value,
                    _ if kind.is_instance_of::<PyBaseException>() => kind,
                    Some(value) => kind.call1((value,))?,
                    None => kind.call0()?,
                };
                Err(PyErr::from_value(exception))
            }
            State::Done => Err(PyRuntimeError::new_err("cannot reuse already awaited coroutine")),
        }
    }

    /// Gives up the call.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        if let State::Running(running) = self.take() {
            if let Some(client) = &running.creating {
                runtime::current()?.settle_at_exit(client);
            }
            running.iterator.call_method0(py, "close")?;
        }
        Ok(())
    }

    fn __await__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.send(py, py.None().into_bound(py))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        match self.0.try_lock().as_deref() {
            Ok(State::Running(running)) => visit.call(&running.iterator),
            Ok(State::Ready(value)) => visit.call(value),
            _ => Ok(()),
        }
    }

    fn __clear__(&self) {
        drop(self.take());
    }
}

impl Drop for Coroutine {
    fn drop(&mut self) {
        let state = self.take();
        if let State::Running(Running { creating: Some(client), .. }) = &state {
            // Without a runtime nothing can have been begun.
            if let Ok(runtime) = runtime::current() {
                runtime.settle_at_exit(client);
            }
        }
        if matches!(state, State::New(..)) {
            // Python's own coroutines say this too. Whether it is an exception is up to the warning filters,
            // and an exception has nowhere to go from here.
            Python::try_attach(|py| {
                let text =
                    c"a call of daytona_sdk was never awaited, so it did nothing: write 'await' before it";
                if let Err(raised) = PyErr::warn(py, &py.get_type::<PyRuntimeWarning>(), text, 1) {
                    raised.write_unraisable(py, None);
                }
            });
        }
    }
}

/// A sandbox that was made for a caller who does not have it yet. Dropped before that, it is removed: wherever on
/// the way the task was cancelled, nothing is left behind.
struct Made {
    sandbox: Option<Sandbox>,
    client: Client,
}

impl Drop for Made {
    fn drop(&mut self) {
        if let Some(sandbox) = self.sandbox.take() {
            // Without a runtime there is nobody left who could remove it.
            let _ = runtime::within(|| self.client.abandon(sandbox));
        }
    }
}

impl Parcel for Made {
    fn open<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, self.sandbox.take().map(AsyncSandbox))
    }
}

/// A parcel as a Python object, the result of the loop's future. The coroutine opens it as it returns, which is
/// the last moment at which its task may turn out to be cancelled.
#[pyclass(frozen)]
struct Undelivered(Mutex<Option<Box<dyn Parcel>>>);

impl Undelivered {
    fn wrap(py: Python<'_>, parcel: impl Parcel) -> PyResult<Bound<'_, PyAny>> {
        Ok(Bound::new(py, Self(Mutex::new(Some(Box::new(parcel)))))?.into_any())
    }

    /// What was in it, when that is what the coroutine ended with.
    fn opened<'py>(py: Python<'py>, ended: &PyErr) -> PyResult<Option<Bound<'py, PyAny>>> {
        if !ended.is_instance_of::<PyStopIteration>(py) {
            return Ok(None);
        }
        let value = ended.value(py).getattr("value")?;
        let Ok(undelivered) = value.cast::<Self>() else { return Ok(None) };
        let parcel = undelivered.get().0.lock().unwrap_or_else(PoisonError::into_inner).take();
        parcel.map(|mut parcel| parcel.open(py)).transpose()
    }
}
