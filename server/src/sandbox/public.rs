//! `POST /sandbox/{sandboxIdOrName}/public/{isPublic}`.

use super::{find, view};
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::Params;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::Sandbox;
use std::sync::Arc;

/// Makes previews of the sandbox public, or private again.
#[utoipa::path(
    post,
    path = "/sandbox/{sandboxIdOrName}/public/{isPublic}",
    tag = "sandbox",
    operation_id = "updatePublicStatus",
    params(("sandboxIdOrName" = String, Path), ("isPublic" = bool, Path)),
    responses((status = 200, body = Sandbox), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn public(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    Params((id_or_name, is_public)): Params<(String, bool)>,
) -> ApiResult<Json<Sandbox>> {
    let row = find(&app, &principal, &id_or_name).await?;
    let row = app.db.set_public(&row.id, is_public).await?;
    Ok(Json(view::of(&app, row.ok_or_else(|| ApiError::no_sandbox(&id_or_name))?)))
}
