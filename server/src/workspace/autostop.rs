//! `POST /workspace/{workspaceId}/autostop/{interval}`, in minutes.

use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::Params;
use crate::sandbox;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use http::StatusCode;
use std::sync::Arc;

/// Minutes without activity until the sandbox is stopped; 0 never.
#[utoipa::path(
    post,
    path = "/workspace/{workspaceId}/autostop/{interval}",
    tag = "workspace",
    operation_id = "setAutostopIntervalWorkspace",
    params(("workspaceId" = String, Path), ("interval" = i32, Path)),
    responses((status = 201), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn autostop(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    path: Params<(String, i32)>,
) -> ApiResult<StatusCode> {
    sandbox::interval::autostop(State(app), principal, path).await.map(|_| StatusCode::CREATED)
}
