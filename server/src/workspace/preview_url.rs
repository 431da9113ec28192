//! `GET /workspace/{workspaceId}/ports/{port}/preview-url`.

use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::Principal;
use crate::extract::Params;
use crate::sandbox;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::preview::PortPreviewUrl;
use std::sync::Arc;

/// Where a port of the sandbox is served, and the token that lets in.
#[utoipa::path(
    get,
    path = "/workspace/{workspaceId}/ports/{port}/preview-url",
    tag = "workspace",
    operation_id = "getPortPreviewUrlWorkspace",
    params(("workspaceId" = String, Path), ("port" = u16, Path, description = "As for sandboxes")),
    responses((status = 200, body = PortPreviewUrl), (status = 400, body = ErrorBody),
              (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
              (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn preview_url(
    app: State<Arc<App>>,
    principal: Principal,
    path: Params<(String, String)>,
) -> ApiResult<Json<PortPreviewUrl>> {
    sandbox::preview_url::preview_url(app, principal, path).await
}
