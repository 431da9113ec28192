//! `POST /sandbox/{sandboxIdOrName}/start`.

use super::{find, view};
use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::Params;
use crate::lifecycle;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::Sandbox;
use std::sync::Arc;

/// Starts a stopped sandbox and answers when it runs; its files are as they were.
#[utoipa::path(
    post,
    path = "/sandbox/{sandboxIdOrName}/start",
    tag = "sandbox",
    operation_id = "startSandbox",
    params(("sandboxIdOrName" = String, Path)),
    responses((status = 200, body = Sandbox), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    Params(id_or_name): Params<String>,
) -> ApiResult<Json<Sandbox>> {
    let row = find(&app, &principal, &id_or_name).await?;
    let task_app = Arc::clone(&app);
    let row = app.complete(async move { lifecycle::start::start(&task_app, row).await }).await?;
    Ok(Json(view::of(&app, row)))
}
