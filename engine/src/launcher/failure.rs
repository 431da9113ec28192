//! How a launch ends: what the launcher tells the engine, and the child tells the monitor.

use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// The one line the launcher prints.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The toolbox runs and its socket listens.
    Ready,
    /// A step failed, and nothing is left of the attempt.
    Failed(Failure),
}

/// A step that failed, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// In words: `mount /proc`.
    pub step: String,
    /// The system's word, and a remedy where one is known.
    pub reason: String,
}

pub(super) type Done<T> = Result<T, Failure>;

/// Names the step that an error happened in.
pub(super) trait Step<T> {
    fn step(self, step: impl Into<String>) -> Done<T>;
}

impl<T, E: Display> Step<T> for Result<T, E> {
    fn step(self, step: impl Into<String>) -> Done<T> {
        self.map_err(|error| Failure { step: step.into(), reason: error.to_string() })
    }
}

pub(super) fn fail<T>(step: impl Into<String>, reason: impl Into<String>) -> Done<T> {
    Err(Failure { step: step.into(), reason: reason.into() })
}
