//! `DELETE /workspace/{workspaceId}`.

use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, DeleteSandboxes};
use crate::extract::{Params, Query};
use crate::sandbox;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use http::StatusCode;
use std::sync::Arc;

/// Begins to remove a sandbox and everything in it. With `force`, which those clients always send, also one that is
/// still being made: the answer comes when it is.
#[utoipa::path(
    delete,
    path = "/workspace/{workspaceId}",
    tag = "workspace",
    operation_id = "deleteWorkspace",
    params(("workspaceId" = String, Path), ("force" = Option<bool>, Query)),
    responses((status = 200), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
              (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    principal: Allowed<DeleteSandboxes>,
    id: Params<String>,
    query: Query,
) -> ApiResult<StatusCode> {
    if query.boolean("force")? == Some(true) {
        sandbox::delete::forced(&app, &principal, &id.0).await?;
        return Ok(StatusCode::OK);
    }
    sandbox::delete::delete(State(app), principal, id).await.map(|_| StatusCode::OK)
}
