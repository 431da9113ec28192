//! `DELETE /sandbox/{sandboxIdOrName}`.

use super::{find, view};
use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, DeleteSandboxes, Principal};
use crate::extract::Params;
use crate::lifecycle;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::Sandbox;
use std::sync::Arc;

/// Begins to remove a sandbox and everything in it. Its name is free at once.
#[utoipa::path(
    delete,
    path = "/sandbox/{sandboxIdOrName}",
    tag = "sandbox",
    operation_id = "deleteSandbox",
    params(("sandboxIdOrName" = String, Path)),
    responses((status = 200, body = Sandbox), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
              (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    principal: Allowed<DeleteSandboxes>,
    Params(id_or_name): Params<String>,
) -> ApiResult<Json<Sandbox>> {
    let row = find(&app, &principal, &id_or_name).await?;
    let task_app = Arc::clone(&app);
    let row = app.complete(async move { lifecycle::destroy::begin(&task_app, row).await }).await?;
    Ok(Json(view::of(&app, row)))
}

/// The same whatever it is doing: older clients ask so for what they did not get in time.
pub(crate) async fn forced(app: &Arc<App>, principal: &Principal, id_or_name: &str) -> ApiResult<()> {
    let row = find(app, principal, id_or_name).await?;
    let task_app = Arc::clone(app);
    app.complete(async move { lifecycle::destroy::begin_forced(&task_app, row).await }).await.map(drop)
}
