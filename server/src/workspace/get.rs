//! `GET /workspace/{workspaceId}`.

use super::view;
use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::Principal;
use crate::extract::Params;
use crate::sandbox;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::workspace::Workspace;
use std::sync::Arc;

/// One sandbox, by id or name.
#[utoipa::path(
    get,
    path = "/workspace/{workspaceId}",
    tag = "workspace",
    operation_id = "getWorkspace",
    params(("workspaceId" = String, Path), ("verbose" = Option<bool>, Query)),
    responses((status = 200, body = Workspace), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    principal: Principal,
    id: Params<String>,
) -> ApiResult<Json<Workspace>> {
    let found = sandbox::get::get(State(app), principal, id).await?;
    Ok(Json(view::of(found.0)?))
}
