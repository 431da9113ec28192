//! A call of a sync method: waits where it stands.

use super::{Parcel, Work, checked, create, work};
use crate::runtime;
use crate::sandbox::Sandbox;
use daytona_core::{Client, CreateParams, Result, Timeout};
use pyo3::prelude::*;
use std::future::Future;

/// What a sync method returns: pyo3 turns it into the result, and doing so waits for the answer.
pub(crate) struct Blocking {
    work: Work,
    /// The client whose half-made sandbox has to be removed when the wait is interrupted.
    creating: Option<Client>,
}

impl Blocking {
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
        Self { work: work(call, finish), creating: None }
    }

    /// One step of an iterator; `end` is what to raise behind the last.
    pub(crate) fn next<P: Parcel>(
        step: impl Future<Output = Result<Option<P>>> + Send + 'static,
        end: fn() -> PyErr,
    ) -> Self {
        Self::new(step, move |py, parcel| parcel.ok_or_else(end)?.open(py))
    }

    /// `create`, which leaves no sandbox behind when it is interrupted.
    pub(crate) fn creating(client: &Client, params: CreateParams, timeout: Timeout) -> Self {
        let (creating, abandoning) = (client.clone(), client.clone());
        let call = Self::new(create(client.clone(), params, timeout), move |py, made| {
            // Python raises what a signal left behind before it assigns what we return. Whoever is
            // interrupted there never had the sandbox and could not remove it.
            if let Err(interrupt) = py.check_signals() {
                runtime::within(|| abandoning.abandon(made))?;
                runtime::current()?.settle_at_exit(&abandoning);
                return Err(interrupt);
            }
            Ok(Sandbox(made).into_pyobject(py)?.into_any())
        });
        Self { creating: Some(creating), ..call }
    }
}

impl<'py> IntoPyObject<'py> for Blocking {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match runtime::interruptible(py, self.work) {
            Ok(answer) => Ok(answer(py)?.into_bound(py)),
            Err(interrupt) => {
                if let Some(client) = self.creating {
                    runtime::current()?.settle_at_exit(&client);
                }
                Err(interrupt)
            }
        }
    }
}
