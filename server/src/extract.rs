//! Reading requests: bodies, path parameters and query strings, with errors in our own words.
//!
//! What must stay true: whatever is sent, reading it is bounded in size and time and ends in 400, 408 or 413,
//! never in a 500 or a panic.

use crate::api_error::{ApiError, ApiResult};
use crate::clock;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody, JsonRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use http::request::Parts;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The largest JSON body.
pub(crate) const BODY_LIMIT: usize = 2 << 20;
/// A body must have arrived by then.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

/// A JSON body. Its content type is not looked at, and no body at all reads as `{}`.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<Self> {
        let bytes = tokio::time::timeout(BODY_DEADLINE, Bytes::from_request(request, state))
            .await
            .map_err(|_| ApiError::request_timeout("The request body did not arrive within 30 s"))?
            .map_err(|rejection| match rejection {
                BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                    ApiError::too_large("The request body is larger than 2 MiB")
                }
                _ => ApiError::bad_request("The request body could not be read"),
            })?;
        let bytes = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => Bytes::from_static(b"{}"),
            Some(b'{') => bytes,
            // serde would read an array as a struct, field by field.
            Some(_) => {
                return Err(ApiError::bad_request("Invalid JSON in request body: it must be an object"));
            }
        };
        match Json::<T>::from_bytes(&bytes) {
            Ok(Json(value)) => Ok(Self(value)),
            // The text names the field and what was wrong with it.
            Err(JsonRejection::JsonDataError(error)) => {
                Err(ApiError::bad_request(printable(&error.body_text())))
            }
            Err(_) => Err(ApiError::bad_request("Invalid JSON in request body")),
        }
    }
}

/// Path parameters.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(ApiError::bad_request(printable(&rejection.body_text()))),
        }
    }
}

/// The pairs of a query string, in order. `a[]=1` reads as `a=1`.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        Ok(Self(
            pairs
                .map(|(name, value)| {
                    (name.strip_suffix("[]").unwrap_or(&name).to_owned(), value.into_owned())
                })
                .collect(),
        ))
    }
}

impl Query {
    /// The last value given for `name`; an empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(key, _)| key == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    /// Every value given for `name`; an empty one counts as absent here, too.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let given = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        given.filter(|value| !value.is_empty()).collect()
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&self, name: &str) -> ApiResult<Option<bool>> {
        match self.text(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(ApiError::bad_request(format!("{name} must be true or false"))),
        }
    }

    /// A number that is at least `least`.
    pub(crate) fn quantity(&self, name: &str, least: f64) -> ApiResult<Option<f64>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() && number >= least => Ok(Some(number)),
            _ => Err(ApiError::bad_request(format!("{name} must be a number of at least {least}"))),
        }
    }

    /// A moment, in milliseconds since 1970.
    pub(crate) fn moment(&self, name: &str) -> ApiResult<Option<i64>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        clock::parse(text).map(Some).ok_or_else(|| {
            ApiError::bad_request(format!("{name} must be a date and time such as 2025-01-02T03:04:05Z"))
        })
    }

    /// A whole number of the range.
    pub(crate) fn number(&self, name: &str, range: std::ops::RangeInclusive<u32>) -> ApiResult<Option<u32>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match text.parse::<u32>() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(ApiError::bad_request(format!(
                "{name} must be a whole number from {} to {}",
                range.start(),
                range.end()
            ))),
        }
    }
}

/// Text from a client as it may appear in a message: no control characters, not too long.
pub(crate) fn printable(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut shown: String =
        text.chars().take(LONGEST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
