//! `POST /workspace/{workspaceId}/archive`.

use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::Params;
use crate::sandbox;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use http::StatusCode;
use std::sync::Arc;

/// As `archiveSandbox`.
#[utoipa::path(
    post,
    path = "/workspace/{workspaceId}/archive",
    tag = "workspace",
    operation_id = "archiveWorkspace",
    params(("workspaceId" = String, Path)),
    responses((status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
              (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn archive(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    id: Params<String>,
) -> ApiResult<StatusCode> {
    sandbox::archive::archive(State(app), principal, id).await.map(|_| StatusCode::OK)
}
