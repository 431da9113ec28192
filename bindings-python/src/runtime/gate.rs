//! What lets our own threads into Python, and keeps them out while the interpreter shuts down.
//!
//! CPython ends a thread that asks for the GIL during shutdown where it stands, which unwinds through code that
//! holds Python objects and crashes. So before the shutdown begins, an `atexit` hook waits for those inside and
//! lets nobody in any more.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[derive(Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Default)]
struct State {
    closed: bool,
    inside: usize,
}

/// Lets a thread be inside; dropping it leaves.
pub(super) struct Pass(Arc<Gate>);

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn enter(self: &Arc<Self>) -> Option<Pass> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        state.inside += 1;
        Some(Pass(Arc::clone(self)))
    }

    /// To be called without the GIL, which those inside need to get out.
    pub(super) fn close(&self, patience: Duration) {
        let mut state = self.state();
        state.closed = true;
        // Who is still inside after that is blocked in the user's own code, and not to be waited for.
        drop(
            self.left
                .wait_timeout_while(state, patience, |state| state.inside > 0)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state().closed
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.0.state().inside -= 1;
        self.0.left.notify_all();
    }
}
