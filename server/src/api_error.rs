//! What a client is told when something fails: one type, rendered in one place.
//!
//! Handlers return `ApiError`; the response carries it as an extension until `middleware::context`, which
//! knows the request's path and id, writes the body. Messages say what failed, on what, why, what to do.

use crate::db::sandbox::Refused;
use axum::response::{IntoResponse, Response};
use daytona_protocol::error::QUOTA_EXCEEDED;
use http::StatusCode;
use std::borrow::Cow;

/// The result of a handler.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

/// One failed request.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) message: Cow<'static, str>,
    pub(crate) code: Option<&'static str>,
}

impl ApiError {
    fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into(), code: None }
    }

    /// 400.
    pub(crate) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 400 because a limit is reached, told apart from other bad requests by its code.
    pub(crate) fn quota(message: impl Into<Cow<'static, str>>) -> Self {
        Self { code: Some(QUOTA_EXCEEDED), ..Self::bad_request(message) }
    }

    /// 401; never says which of the possible reasons it was.
    pub(crate) fn invalid_credentials() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Invalid credentials")
    }

    /// 401 in the words of the proxy, which tell a missing credential from one that is not good.
    pub(crate) fn unauthorized(message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// 403.
    pub(crate) fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 404.
    pub(crate) fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 404 for a sandbox that is not there or belongs to another organization.
    pub(crate) fn no_sandbox(id_or_name: &str) -> Self {
        Self::not_found(format!("Sandbox with ID or name {id_or_name} not found"))
    }

    /// 405.
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "This path does not take that method")
    }

    /// 408.
    pub(crate) fn request_timeout(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, message)
    }

    /// 409.
    pub(crate) fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 409: another operation is at work on the sandbox.
    pub(crate) fn in_progress() -> Self {
        Self::conflict("Sandbox state change in progress")
    }

    /// 413.
    pub(crate) fn too_large(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    /// 500. The cause goes to the log, not to the client.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed unexpectedly");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error occurred.")
    }

    /// 502.
    pub(crate) fn bad_gateway(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, message)
    }

    /// 503.
    pub(crate) fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        // SQLITE_FULL and SQLITE_IOERR: nothing was changed, and it can work again once there is room.
        let storage = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .and_then(|code| code.parse::<u32>().ok())
            .is_some_and(|code| matches!(code & 0xff, 10 | 13));
        if storage {
            tracing::error!(%error, "the database cannot be written");
            return Self::unavailable(
                "The server cannot write its database: its disk is full or failing. Nothing was changed; \
                 free some space in its data folder and try again.",
            );
        }
        Self::internal(error)
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Database(error) => error.into(),
            // The callers that can meet the others say more; these are the plain words.
            Refused::IdTaken => Self::conflict("A sandbox with this id already exists"),
            Refused::NameTaken => Self::conflict("A sandbox with this name already exists"),
            Refused::Memory(_) => Self::quota("Total memory limit exceeded."),
            Refused::NoIdRange => Self::quota("No range of user ids is free for another sandbox."),
            Refused::NotInPool => Self::in_progress(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_disk_is_a_503_that_changes_nothing() {
        let dir = tempfile::tempdir().expect("tempdir");
        let db = crate::db::Db::open(&dir.path().join("daytona.db")).await.expect("opens");
        db.pretend_disk_is_full().await.expect("limits the database");
        let full = loop {
            let new = crate::sandbox::defaults::sandbox("o");
            if let Err(refused) = db.insert_sandbox(&new, u32::MAX, None).await {
                break ApiError::from(refused);
            }
        };
        assert_eq!(full.status, StatusCode::SERVICE_UNAVAILABLE, "{full:?}");
        // What was there can be read, and once there is room, written.
        let rows = db.all_sandboxes().await.expect("reads");
        let last = rows.last().expect("some fitted");
        db.delete_sandbox(&last.id).await.expect("removes");
    }

    #[test]
    fn other_faults_of_the_database_tell_clients_nothing() {
        let error = ApiError::from(sqlx::Error::PoolClosed);
        assert_eq!(error.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(error.message, "An unexpected error occurred.");
    }
}
