//! `POST /sandbox/{sandboxIdOrName}/stop`.

use super::{find, view};
use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::{Params, Query};
use crate::lifecycle;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::Sandbox;
use std::sync::Arc;
use std::time::Duration;

/// Begins to stop a sandbox: its processes get 10 s to end, none with `force`. Its files are kept.
#[utoipa::path(
    post,
    path = "/sandbox/{sandboxIdOrName}/stop",
    tag = "sandbox",
    operation_id = "stopSandbox",
    params(("sandboxIdOrName" = String, Path), ("force" = Option<bool>, Query)),
    responses((status = 200, body = Sandbox), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn stop(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    Params(id_or_name): Params<String>,
    query: Query,
) -> ApiResult<Json<Sandbox>> {
    let force = query.boolean("force")?.unwrap_or(false);
    let row = find(&app, &principal, &id_or_name).await?;
    let grace = if force { Duration::ZERO } else { lifecycle::stop::GRACE };
    let task_app = Arc::clone(&app);
    let row = app.complete(async move { lifecycle::stop::begin(&task_app, row, grace).await }).await?;
    Ok(Json(view::of(&app, row)))
}
