//! `PUT /workspace/{workspaceId}/labels`.

use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::{Body, Params};
use crate::sandbox;
use crate::sandbox::labels::Replacement;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::SandboxLabels;
use std::sync::Arc;

/// Replaces all labels and answers with them.
#[utoipa::path(
    put,
    path = "/workspace/{workspaceId}/labels",
    tag = "workspace",
    operation_id = "replaceLabelsWorkspace",
    params(("workspaceId" = String, Path)),
    request_body = SandboxLabels,
    responses((status = 200, body = SandboxLabels), (status = 400, body = ErrorBody),
              (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn labels(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    id: Params<String>,
    request: Body<Replacement>,
) -> ApiResult<Json<SandboxLabels>> {
    let changed = sandbox::labels::labels(State(app), principal, id, request).await?;
    Ok(Json(SandboxLabels { labels: changed.0.labels }))
}
