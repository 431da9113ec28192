//! What can go wrong in an engine. Messages name the sandbox, the step and the remedy.

use std::io;

/// The result of an engine operation.
pub type Result<T> = std::result::Result<T, Error>;

/// An engine failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// This machine cannot run sandboxes this way; `remedy` says what would help.
    #[error("this machine cannot run sandboxes: {reason}; {remedy}")]
    Unsupported {
        /// What is missing.
        reason: String,
        /// What to install or change.
        remedy: String,
    },
    /// Starting a sandbox failed at one step of the launcher.
    #[error("sandbox {id} could not be started: {step}: {reason}")]
    Launch {
        /// The sandbox.
        id: String,
        /// The step, in words: `mount /proc`, `load the seccomp filter`.
        step: String,
        /// Why.
        reason: String,
    },
    /// There is nothing of that sandbox.
    #[error("sandbox {id} does not exist in the engine")]
    NotFound {
        /// The sandbox.
        id: String,
    },
    /// A deadline passed.
    #[error("sandbox {id}: {what} took longer than {seconds} s")]
    Timeout {
        /// The sandbox.
        id: String,
        /// What was waited for.
        what: &'static str,
        /// The deadline.
        seconds: u64,
    },
    /// The operating system refused something.
    #[error("sandbox {id}: {what}: {source}")]
    Io {
        /// The sandbox.
        id: String,
        /// What was attempted, with the path.
        what: String,
        /// The system's word.
        source: io::Error,
    },
}
