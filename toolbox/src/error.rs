//! Failures as the API answers them: a status, a code, and a message that says what failed, on what and why.
//!
//! A handler returns an `ApiError`; the method and path of the request are added in one place, `render`,
//! since only the router's outermost layer knows them for every route.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use daytona_protocol::ErrorBody;
use daytona_protocol::error::toolbox as code;
use rustix::io::Errno;
use std::io;
use std::path::Path;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The longest message. Only a path that no system takes makes one this long.
const MAX_MESSAGE: usize = 16 << 10;

/// A request that could not be served.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let mut message = message.into();
        message.truncate(message.floor_char_boundary(MAX_MESSAGE));
        Self { status, code, message }
    }

    /// 400: a parameter is wrong.
    pub(crate) fn bad_request(message: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::BAD_REQUEST, format!("bad request: {message}"))
    }

    /// 400: the body is not what the route takes.
    pub(crate) fn invalid_body(message: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            code::INVALID_REQUEST_BODY,
            format!("invalid body request: {message}"),
        )
    }

    /// 400: the path cannot name a file for this purpose.
    pub(crate) fn invalid_path(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::INVALID_FILE_PATH, message)
    }

    /// 500: neither the caller nor the sandboxed code can be blamed.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code::INTERNAL_SERVER_ERROR, message)
    }

    /// The system refused `verb` on `path`.
    pub(crate) fn file(verb: &str, path: &Path, error: &io::Error) -> Self {
        use io::ErrorKind;
        let what = format!("cannot {verb} {}", path.display());
        let said = describe(error);
        // Kinds and not numbers, because tempfile keeps only the kind.
        match error.kind() {
            _ if is_full(error) => Self::no_space(what),
            ErrorKind::NotFound => {
                Self::new(StatusCode::NOT_FOUND, code::FILE_NOT_FOUND, format!("{what}: file not found"))
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::new(
                StatusCode::FORBIDDEN,
                code::FILE_ACCESS_DENIED,
                format!("{what}: {said}; the sandbox user may not"),
            ),
            ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory => Self::invalid_path(format!("{what}: {said}")),
            // These have no stable kind.
            _ if matches!(Errno::from_io_error(error), Some(Errno::LOOP | Errno::NXIO)) => {
                Self::invalid_path(format!("{what}: {said}"))
            }
            _ => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                code::FILE_READ_FAILED,
                format!("{what}: {said}"),
            ),
        }
    }

    /// 507: the sandbox's disk is full.
    pub(crate) fn no_space(what: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::INSUFFICIENT_STORAGE,
            code::NO_SPACE,
            format!("{what}: the sandbox's disk is full; delete files in it or create it with more disk"),
        )
    }

    /// The body of this error for the request it answers.
    pub(crate) fn body(&self, method: &str, path: &str) -> ErrorBody {
        ErrorBody {
            path: Some(path.to_owned()),
            timestamp: OffsetDateTime::now_utc().format(&Rfc3339).ok(),
            status_code: Some(self.status.as_u16()),
            error: None,
            message: Some(self.message.clone()),
            code: Some(self.code.to_owned()),
            method: Some(method.to_owned()),
            source: Some("DAYTONA_DAEMON".to_owned()),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every `ApiError` on its way out the body that names its request.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<ApiError>() {
        None => response,
        Some(error) => (error.status, axum::Json(error.body(&method, &path))).into_response(),
    }
}

/// Whether the disk, or the user's share of it, is full.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// The system's own words, without Rust's "(os error 13)".
pub(crate) fn describe(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
