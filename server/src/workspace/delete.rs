//! `DELETE /workspace/{workspaceId}`.

use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, DeleteSandboxes};
use crate::extract::Params;
use crate::sandbox;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use http::StatusCode;
use std::sync::Arc;

/// Begins to remove a sandbox and everything in it; `force`, which those clients always send, changes nothing.
#[utoipa::path(
    delete,
    path = "/workspace/{workspaceId}",
    tag = "workspace",
    operation_id = "deleteWorkspace",
    params(("workspaceId" = String, Path), ("force" = Option<bool>, Query)),
    responses((status = 200), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
              (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    principal: Allowed<DeleteSandboxes>,
    id: Params<String>,
) -> ApiResult<StatusCode> {
    sandbox::delete::delete(State(app), principal, id).await.map(|_| StatusCode::OK)
}
