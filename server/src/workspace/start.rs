//! `POST /workspace/{workspaceId}/start`.

use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::Params;
use crate::sandbox;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use http::StatusCode;
use std::sync::Arc;

/// Starts a stopped sandbox and answers when it runs; its files are as they were.
#[utoipa::path(
    post,
    path = "/workspace/{workspaceId}/start",
    tag = "workspace",
    operation_id = "startWorkspace",
    params(("workspaceId" = String, Path)),
    responses((status = 200), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    id: Params<String>,
) -> ApiResult<StatusCode> {
    sandbox::start::start(State(app), principal, id).await.map(|_| StatusCode::OK)
}
