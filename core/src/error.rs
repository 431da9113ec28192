//! The one error of the client.
//!
//! An [`Error`] is a code every language knows, a message a person can act on, and the facts that belong to
//! the failure. Messages read `Failed to <verb>: <reason>` and never contain a secret. Cloning is cheap.

use daytona_protocol::ErrorCode;
use std::fmt;
use std::sync::Arc;

/// The result of every operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation failed.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    code: ErrorCode,
    message: String,
    facts: Facts,
}

/// What is known about a failure besides its code and message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) status: Option<u16>,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<f64>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) stderr: Option<String>,
    /// Whether the request was sent before, and may have been received then: a 404 to such a DELETE means that the
    /// first one arrived.
    pub(crate) resent: bool,
    /// Whether the server cannot have seen the request, so that sending it again is always safe.
    pub(crate) not_received: bool,
    /// The server's own words, without our verb.
    pub(crate) reason: Option<String>,
}

impl Error {
    /// An error with a complete message.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner { code, message: message.into(), facts: Facts::default() }))
    }

    /// `Failed to <verb>: <reason>`.
    pub(crate) fn failed(code: ErrorCode, verb: &str, reason: impl fmt::Display) -> Self {
        Self::new(code, format!("Failed to {verb}: {reason}"))
    }

    /// An argument or setting that is wrong before any request is made.
    pub(crate) fn validation(verb: &str, reason: impl fmt::Display) -> Self {
        Self::failed(ErrorCode::Validation, verb, reason)
    }

    /// The operation was given up by its caller; what a binding raises for an aborted signal.
    #[must_use]
    pub fn cancelled(verb: &str) -> Self {
        Self::failed(ErrorCode::Cancelled, verb, "the operation was cancelled")
    }

    pub(crate) fn with_facts(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        change(&mut Arc::make_mut(&mut self.0).facts);
        self
    }

    /// Adds a sentence on what to do.
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        inner.message = format!("{}. {hint}", inner.message.trim_end_matches('.'));
        self
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.0.facts
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// The HTTP status, when a server answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.facts.status
    }

    /// What failed, on what, why, and what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Names the request in the server's log.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.facts.request_id.as_deref()
    }

    /// Seconds the server asked to wait before trying again.
    #[must_use]
    pub fn retry_after(&self) -> Option<f64> {
        self.0.facts.retry_after
    }

    /// Exit code of the process that failed; -1 when it did not run to its end.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        self.0.facts.exit_code
    }

    /// What the process that failed wrote to stderr.
    #[must_use]
    pub fn stderr(&self) -> Option<&str> {
        self.0.facts.stderr.as_deref()
    }

    /// All of the above as one JSON object, for languages whose errors carry a payload.
    #[must_use]
    pub fn details(&self) -> serde_json::Value {
        serde_json::json!({
            "code": self.code().as_str(),
            "message": self.message(),
            "status": self.status(),
            "requestId": self.request_id(),
            "retryAfter": self.retry_after(),
            "exitCode": self.exit_code(),
            "stderr": self.stderr(),
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.0.code)
            .field("message", &self.0.message)
            .field("facts", &self.0.facts)
            .finish()
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_carry_every_fact() {
        let error =
            Error::failed(ErrorCode::RateLimit, "list sandboxes", "too many requests").with_facts(|f| {
                f.status = Some(429);
                f.retry_after = Some(1.5);
            });
        let details = error.details();
        assert_eq!(details["code"], "RATE_LIMIT");
        assert_eq!(details["status"], 429);
        assert_eq!(details["retryAfter"], 1.5);
        assert_eq!(details["message"], "Failed to list sandboxes: too many requests");
        assert!(details["exitCode"].is_null());
    }
}
