//! Errors on their way to JavaScript: one JSON payload as the reason of the N-API error.
//!
//! N-API errors carry no class and no fields of ours, so the payload carries everything and `ts/errors.ts`
//! turns it into the right class. Nobody matches on prose.

use daytona_core::{Error, ErrorCode};
use napi::Status;
use napi_derive::napi;

/// A core error with all its details.
pub(crate) fn to_js(error: &Error) -> napi::Error {
    napi::Error::new(Status::GenericFailure, error.details().to_string())
}

/// An argument JavaScript gave is not what the method takes.
pub(crate) fn invalid(reason: &str) -> napi::Error {
    to_js(&Error::new(ErrorCode::Validation, format!("Invalid argument: {reason}")))
}

/// The call was ended through its cancel token.
pub(crate) fn cancelled() -> napi::Error {
    to_js(&Error::new(ErrorCode::Cancelled, "The operation was cancelled"))
}

/// Every code an error can have, for the test that checks the table of classes in TypeScript.
#[napi]
#[must_use]
pub fn error_codes() -> Vec<&'static str> {
    ErrorCode::ALL.iter().map(|code| code.as_str()).collect()
}
