//! `POST /sandbox/{sandboxIdOrName}/archive`: known, and refused in words.

use super::find;
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::Params;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::Sandbox;
use std::sync::Arc;

/// This server archives nothing: there is no cheaper storage to move a sandbox to.
#[utoipa::path(
    post,
    path = "/sandbox/{sandboxIdOrName}/archive",
    tag = "sandbox",
    operation_id = "archiveSandbox",
    params(("sandboxIdOrName" = String, Path)),
    responses((status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
              (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn archive(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    Params(id_or_name): Params<String>,
) -> ApiResult<Json<Sandbox>> {
    let row = find(&app, &principal, &id_or_name).await?;
    Err(ApiError::bad_request(format!(
        "Sandbox {} cannot be archived: a local server keeps the files of stopped sandboxes where they are. \
         Stop it instead; it can be started again at any time.",
        row.id
    )))
}
