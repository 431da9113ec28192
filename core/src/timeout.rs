//! How long an operation may take: what callers give (`Timeout`), and the moment it turns into (`Deadline`).

use crate::{Error, ErrorCode, Result};
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

/// An upper bound on an operation; none means that it may take as long as it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeout(Option<Duration>);

impl Timeout {
    /// No bound.
    pub const NONE: Self = Self(None);

    /// What the documents mean by `timeout` in seconds: absent or 0 is no limit.
    ///
    /// # Errors
    /// `Validation` when it is negative or not a number.
    pub fn from_seconds(seconds: Option<f64>) -> Result<Self> {
        match seconds {
            None => Ok(Self::NONE),
            Some(seconds) if seconds.is_nan() || seconds < 0.0 => Err(Error::validation(
                "set the timeout",
                format!("it must be a non-negative number of seconds, got {seconds}; 0 means no limit"),
            )),
            Some(0.0) => Ok(Self::NONE),
            // What no Duration can hold (infinity included) is longer than anyone waits.
            Some(seconds) => Ok(Self(Duration::try_from_secs_f64(seconds).ok())),
        }
    }

    /// The `timeout` of a `create`: the argument where one was given, else the deprecated one of its parameters,
    /// else what the documents promise.
    ///
    /// # Errors
    /// As [`Timeout::from_seconds`].
    pub fn of_create(argument: Option<f64>, deprecated: Option<f64>) -> Result<Self> {
        Self::from_seconds(argument.or(deprecated).or(Some(Self::CREATE)))
    }

    /// Seconds that a `create` may take when nobody says.
    const CREATE: f64 = 60.0;

    /// Bounds an operation to `duration`.
    #[must_use]
    pub const fn after(duration: Duration) -> Self {
        Self(Some(duration))
    }

    /// The bound, if there is one.
    #[must_use]
    pub const fn duration(self) -> Option<Duration> {
        self.0
    }

    pub(crate) fn deadline(self) -> Deadline {
        self.deadline_after(Duration::ZERO)
    }

    /// A deadline that leaves `grace` for the answer of a server that enforces the timeout itself.
    pub(crate) fn deadline_after(self, grace: Duration) -> Deadline {
        Deadline {
            at: self.0.and_then(|after| Instant::now().checked_add(after.saturating_add(grace))),
            seconds: self.0.map_or(0.0, |after| after.as_secs_f64()),
        }
    }
}

/// The moment at which an operation gives up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at: Option<Instant>,
    seconds: f64,
}

impl Deadline {
    /// Runs `work` until the deadline.
    pub(crate) async fn run<T>(self, verb: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        // On the heap: held in place, each deadline within a deadline would double the size of what a call keeps on
        // its caller's stack, and JavaScript's is small.
        let work = Box::pin(work);
        match self.at {
            None => work.await,
            Some(at) => match tokio::time::timeout_at(at, work).await {
                Ok(result) => result,
                Err(_) => Err(self.exceeded(verb)),
            },
        }
    }

    /// What is left of it; none when there is no limit.
    pub(crate) fn remaining(self) -> Option<Duration> {
        self.at.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// The error of an operation that did not finish in time.
    pub(crate) fn exceeded(self, verb: &str) -> Error {
        Error::failed(
            ErrorCode::Timeout,
            verb,
            format!(
                "it took longer than the timeout of {} s; pass a larger timeout, or 0 for no limit",
                self.seconds
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_mean_what_the_documents_say() {
        let parse = |seconds| Timeout::from_seconds(seconds).map(Timeout::duration);
        assert_eq!(parse(None).ok(), Some(None));
        assert_eq!(parse(Some(0.0)).ok(), Some(None));
        assert_eq!(parse(Some(-0.0)).ok(), Some(None));
        assert_eq!(parse(Some(1.5)).ok(), Some(Some(Duration::from_millis(1500))));
        assert_eq!(parse(Some(f64::INFINITY)).ok(), Some(None));
        assert_eq!(parse(Some(1e300)).ok(), Some(None));
        for wrong in [-1.0, -0.001, f64::NAN, f64::NEG_INFINITY] {
            let error = Timeout::from_seconds(Some(wrong)).expect_err("must be refused");
            assert_eq!(error.code(), ErrorCode::Validation);
            assert!(error.message().starts_with("Failed to set the timeout: "), "{error}");
        }
    }

    #[test]
    fn an_argument_of_create_wins_over_the_deprecated_field() {
        let of_create = |argument, deprecated| {
            Timeout::of_create(argument, deprecated)
                .map(|timeout| timeout.duration().map(|it| it.as_secs()))
                .ok()
        };
        assert_eq!(of_create(None, None), Some(Some(60)));
        assert_eq!(of_create(None, Some(5.0)), Some(Some(5)));
        assert_eq!(of_create(Some(9.0), Some(5.0)), Some(Some(9)));
        assert_eq!(of_create(Some(0.0), Some(5.0)), Some(None));
        assert_eq!(of_create(Some(-1.0), Some(5.0)), None);
    }
}
