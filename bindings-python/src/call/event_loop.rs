//! pyo3-async-runtimes on this package's own runtime.
//!
//! That crate brings a tokio runtime of its own, a global one that does not survive `fork`; this gives it ours.

use crate::runtime;
use futures::future::{BoxFuture, FutureExt};
use pyo3_async_runtimes::TaskLocals;
use pyo3_async_runtimes::generic::{ContextExt, JoinError, Runtime};
use std::any::Any;
use std::future::{self, Future};
use std::pin::Pin;

/// The runtime of `crate::runtime`, whichever that is in this process.
pub(super) struct Shared;

/// Why a task gave no result: it panicked, or there is no runtime.
pub(super) struct Failed(Option<tokio::task::JoinError>);

impl JoinError for Failed {
    fn is_panic(&self) -> bool {
        self.0.as_ref().is_some_and(tokio::task::JoinError::is_panic)
    }

    fn into_panic(self) -> Box<dyn Any + Send + 'static> {
        match self.0.map(tokio::task::JoinError::try_into_panic) {
            Some(Ok(panic)) => panic,
            _ => Box::new("there is no runtime"),
        }
    }
}

fn joined(task: tokio::task::JoinHandle<()>) -> BoxFuture<'static, Result<(), Failed>> {
    task.map(|outcome| outcome.map_err(|failure| Failed(Some(failure)))).boxed()
}

impl Runtime for Shared {
    type JoinError = Failed;
    type JoinHandle = BoxFuture<'static, Result<(), Failed>>;

    fn spawn<F: Future<Output = ()> + Send + 'static>(future: F) -> Self::JoinHandle {
        match runtime::current() {
            Ok(current) => joined(current.spawn(future)),
            Err(_) => future::ready(Err(Failed(None))).boxed(),
        }
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(delivery: F) -> Self::JoinHandle {
        match runtime::current() {
            Ok(current) => joined(current.deliver(delivery)),
            Err(_) => future::ready(Err(Failed(None))).boxed(),
        }
    }
}

tokio::task_local! {
    static LOCALS: TaskLocals;
}

impl ContextExt for Shared {
    fn scope<F, R>(locals: TaskLocals, future: F) -> Pin<Box<dyn Future<Output = R> + Send>>
    where
        F: Future<Output = R> + Send + 'static,
    {
        Box::pin(LOCALS.scope(locals, future))
    }

    fn get_task_locals() -> Option<TaskLocals> {
        LOCALS.try_with(Clone::clone).ok()
    }
}
