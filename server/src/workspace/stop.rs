//! `POST /workspace/{workspaceId}/stop`.

use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::{Params, Query};
use crate::sandbox;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use http::StatusCode;
use std::sync::Arc;

/// Begins to stop a sandbox; those clients then ask until it is stopped.
#[utoipa::path(
    post,
    path = "/workspace/{workspaceId}/stop",
    tag = "workspace",
    operation_id = "stopWorkspace",
    params(("workspaceId" = String, Path)),
    responses((status = 200), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn stop(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    id: Params<String>,
    query: Query,
) -> ApiResult<StatusCode> {
    sandbox::stop::stop(State(app), principal, id, query).await.map(|_| StatusCode::OK)
}
