//! `POST /sandbox/{sandboxIdOrName}/autostop|autoarchive|autodelete/{interval}`, in minutes.

use super::{find, validate, view};
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::{Allowed, Principal, WriteSandboxes};
use crate::db::sandbox::Interval;
use crate::extract::Params;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::Sandbox;
use std::sync::Arc;

/// Minutes without activity until the sandbox is stopped; 0 never.
#[utoipa::path(
    post,
    path = "/sandbox/{sandboxIdOrName}/autostop/{interval}",
    tag = "sandbox",
    operation_id = "setAutostopInterval",
    params(("sandboxIdOrName" = String, Path), ("interval" = i32, Path)),
    responses((status = 200, body = Sandbox), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn autostop(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    Params((id_or_name, minutes)): Params<(String, i32)>,
) -> ApiResult<Json<Sandbox>> {
    set(&app, &principal, &id_or_name, Interval::Stop, validate::auto_stop(minutes)).await
}

/// Minutes stopped until the sandbox is archived. Kept and shown; this server archives nothing.
#[utoipa::path(
    post,
    path = "/sandbox/{sandboxIdOrName}/autoarchive/{interval}",
    tag = "sandbox",
    operation_id = "setAutoArchiveInterval",
    params(("sandboxIdOrName" = String, Path), ("interval" = i32, Path)),
    responses((status = 200, body = Sandbox), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn autoarchive(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    Params((id_or_name, minutes)): Params<(String, i32)>,
) -> ApiResult<Json<Sandbox>> {
    set(&app, &principal, &id_or_name, Interval::Archive, validate::auto_archive(minutes)).await
}

/// Minutes stopped until the sandbox is deleted; 0 as soon as it stops, negative never.
#[utoipa::path(
    post,
    path = "/sandbox/{sandboxIdOrName}/autodelete/{interval}",
    tag = "sandbox",
    operation_id = "setAutoDeleteInterval",
    params(("sandboxIdOrName" = String, Path), ("interval" = i32, Path)),
    responses((status = 200, body = Sandbox), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn autodelete(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    Params((id_or_name, minutes)): Params<(String, i32)>,
) -> ApiResult<Json<Sandbox>> {
    set(&app, &principal, &id_or_name, Interval::Delete, validate::auto_delete(minutes)).await
}

async fn set(
    app: &App,
    principal: &Principal,
    id_or_name: &str,
    interval: Interval,
    minutes: ApiResult<i32>,
) -> ApiResult<Json<Sandbox>> {
    let row = find(app, principal, id_or_name).await?;
    let row = app.db.set_interval(&row.id, interval, minutes?).await?;
    Ok(Json(view::of(app, row.ok_or_else(|| ApiError::no_sandbox(id_or_name))?)))
}
