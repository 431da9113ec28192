//! Gives each request an id and a span, writes one log line for it, and renders its error body.
//!
//! Logged are method, matched route, status, latency, id and the key's name; never header or query values.

use crate::api_error::ApiError;
use crate::clock;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use daytona_protocol::{ErrorBody, headers};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use serde::Serialize;
use std::time::Instant;
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static(headers::REQUEST_ID);
const API_VERSION: HeaderName = HeaderName::from_static(headers::API_VERSION);
const LONGEST_ID: usize = 64;

/// Middleware of everything but previews: `preview::by_name`, outside of it, takes those away.
pub(crate) async fn surround(mut request: Request, next: Next) -> Response {
    let id = request_id(&request);
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let id_text = id.to_str().unwrap_or_default().to_owned();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!(
        "request",
        method = %method,
        route,
        id = id_text,
        key = tracing::field::Empty,
        sandbox = tracing::field::Empty,
    );
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    span.in_scope(|| {
        let (status, milliseconds) = (response.status().as_u16(), began.elapsed().as_secs_f64() * 1e3);
        tracing::info!(status, milliseconds, "answered");
    });
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        render(&mut response, &error, &method, &uri, id_text);
    }
    response.headers_mut().insert(REQUEST_ID, id);
    response.headers_mut().insert(API_VERSION, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
    response
}

/// The client's id when it is one that may go into a log, else a new one.
fn request_id(request: &Request) -> HeaderValue {
    let sane = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        !bytes.is_empty()
            && bytes.len() <= LONGEST_ID
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    request.headers().get(REQUEST_ID).filter(sane).cloned().unwrap_or_else(|| {
        HeaderValue::from_str(&uuid::Uuid::new_v4().simple().to_string())
            .unwrap_or_else(|_| HeaderValue::from_static("unknown"))
    })
}

/// The published error body and, after it, the id by which the request is found in the log.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(flatten)]
    body: ErrorBody,
    request_id: String,
}

fn render(response: &mut Response, error: &ApiError, method: &Method, uri: &Uri, id: String) {
    // The toolbox proxy is a service of its own on the wire: no query in the path, a code for each status.
    let from_proxy = uri.path().starts_with("/toolbox/");
    let path = match uri.path_and_query() {
        Some(whole) if !from_proxy => whole.as_str(),
        _ => uri.path(),
    };
    let body = Answer {
        body: ErrorBody {
            path: Some(path.to_owned()),
            timestamp: Some(clock::iso(clock::now())),
            status_code: Some(error.status.as_u16()),
            error: error.status.canonical_reason().map(str::to_owned),
            message: Some(error.message.clone().into_owned()),
            code: error.code.or_else(|| from_proxy.then(|| proxy_code(error.status))).map(str::to_owned),
            method: from_proxy.then(|| method.to_string()),
            source: Some(if from_proxy { "DAYTONA_PROXY" } else { "DAYTONA_API" }.to_owned()),
        },
        request_id: id,
    };
    let text = serde_json::to_vec(&body).unwrap_or_default();
    response.headers_mut().remove(CONTENT_LENGTH);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.body_mut() = Body::from(text);
}

/// The published code for a status of the proxy.
fn proxy_code(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "BAD_REQUEST",
        401 => "UNAUTHORIZED",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        405 => "METHOD_NOT_ALLOWED",
        502 => "BAD_GATEWAY",
        503 => "SERVICE_UNAVAILABLE",
        _ => "INTERNAL_SERVER_ERROR",
    }
}
