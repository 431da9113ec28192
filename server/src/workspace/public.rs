//! `POST /workspace/{workspaceId}/public/{isPublic}`.

use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::Params;
use crate::sandbox;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use http::StatusCode;
use std::sync::Arc;

/// Makes previews of the sandbox public, or private again.
#[utoipa::path(
    post,
    path = "/workspace/{workspaceId}/public/{isPublic}",
    tag = "workspace",
    operation_id = "updatePublicStatusWorkspace",
    params(("workspaceId" = String, Path), ("isPublic" = bool, Path)),
    responses((status = 201), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn public(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    path: Params<(String, bool)>,
) -> ApiResult<StatusCode> {
    sandbox::public::public(State(app), principal, path).await.map(|_| StatusCode::CREATED)
}
