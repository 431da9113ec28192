//! `POST /sandbox/{sandboxId}/last-activity`.

use super::find;
use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::Params;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use http::StatusCode;
use std::sync::Arc;

/// Counts as use of the sandbox: it will not be stopped for being idle for a while.
#[utoipa::path(
    post,
    path = "/sandbox/{sandboxId}/last-activity",
    tag = "sandbox",
    operation_id = "updateLastActivity",
    params(("sandboxId" = String, Path)),
    responses((status = 201), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
              (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn last_activity(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    Params(id_or_name): Params<String>,
) -> ApiResult<StatusCode> {
    let row = find(&app, &principal, &id_or_name).await?;
    if let Some(live) = app.live.get(&row.id) {
        live.touch();
    }
    Ok(StatusCode::CREATED)
}
