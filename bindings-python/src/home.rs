//! Which process a stream belongs to.
//!
//! After `fork` the child has a copy of the parent's open streams. Their sockets are shared, and so is the kernel's
//! list of who waits for which socket: taking a copy apart in the child would take the parent's entry off that list,
//! and the parent would wait for ever. What must stay true: a child never reads, closes or drops what it inherited.

use daytona_core::{Error, ErrorCode, Result};
use std::process;

/// The process something was made in.
#[derive(Clone, Copy)]
pub(crate) struct Home(u32);

impl Home {
    pub(crate) fn here() -> Self {
        Self(process::id())
    }

    pub(crate) fn is_here(self) -> bool {
        self.0 == process::id()
    }

    /// An error in every other process.
    pub(crate) fn check(self, verb: &str) -> Result<()> {
        if self.is_here() {
            return Ok(());
        }
        let message = format!(
            "Failed to {verb}: the stream was opened before this process was forked and belongs to its parent; open \
             it again in this process"
        );
        Err(Error::new(ErrorCode::Validation, message))
    }
}

/// What is dropped in its own process only. In a child it stays in memory, which ends with the child.
pub(crate) struct Rooted<T> {
    home: Home,
    value: Option<T>,
}

impl<T> Rooted<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { home: Home::here(), value: Some(value) }
    }

    /// None in another process.
    pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
        self.value.as_mut().filter(|_| self.home.is_here())
    }
}

impl<T> Drop for Rooted<T> {
    fn drop(&mut self) {
        if !self.home.is_here() {
            std::mem::forget(self.value.take());
        }
    }
}
