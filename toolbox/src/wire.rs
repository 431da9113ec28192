//! Reading requests strictly: JSON bodies and query parameters. What is wrong becomes a 400 with a
//! message; nothing is guessed, and nothing larger than its limit is held in memory.

use crate::error::ApiError;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use daytona_protocol::error::toolbox as code;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

/// The longest JSON body that is read. Code and commands are text that people or models write; files have
/// routes of their own.
pub(crate) const MAX_JSON: usize = 32 << 20;

/// A JSON body, whatever its Content-Type says.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let mut body = request.into_body();
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame =
                frame.map_err(|error| ApiError::invalid_body(format!("the body broke off: {error}")))?;
            let Ok(data) = frame.into_data() else { continue };
            if bytes.len() + data.len() > MAX_JSON {
                return Err(ApiError::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    code::INVALID_REQUEST_BODY,
                    format!(
                        "invalid body request: longer than {} MiB; upload large data as a file",
                        MAX_JSON >> 20
                    ),
                ));
            }
            bytes.extend_from_slice(&data);
        }
        // serde would read an array as an object without names.
        if bytes.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
            return Err(ApiError::invalid_body("expected a JSON object"));
        }
        // Names the field, which serde_json alone does not.
        let mut read = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut read).map_err(ApiError::invalid_body)?;
        read.end().map_err(ApiError::invalid_body)?;
        Ok(Self(value))
    }
}

/// The query parameters, as text. Of several with one name the first counts.
#[derive(Debug)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name)
            .ok_or_else(|| ApiError::bad_request(format!("the query parameter `{name}` is missing")))
    }

    /// A parameter that is true or false; absent or empty means false.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name).unwrap_or_default().to_ascii_lowercase().as_str() {
            "" | "0" | "f" | "false" => Ok(false),
            "1" | "t" | "true" => Ok(true),
            other => Err(ApiError::bad_request(format!("{name} must be true or false, not '{other}'"))),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let pairs = parts.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(key)?, decode(value)?))
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }
}

/// Strict on purpose: a lossy reading would quietly name another file.
fn decode(raw: &str) -> Result<String, ApiError> {
    percent_encoding::percent_decode_str(&raw.replace('+', " "))
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| ApiError::invalid_path(format!("{raw:?} in the query is not valid UTF-8")))
}

/// The `path` query parameter, as text.
#[derive(Debug)]
pub(crate) struct PathParam(pub String);

impl<S: Sync> FromRequestParts<S> for PathParam {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let raw = query.split('&').find_map(|pair| pair.strip_prefix("path="));
        let raw = raw.ok_or_else(|| ApiError::invalid_path("the query parameter `path` is missing"))?;
        decode(raw).map(Self)
    }
}
