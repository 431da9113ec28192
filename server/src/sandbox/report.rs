//! `GET /sandbox/{sandboxIdOrName}/report`: ours alone. A field of the sandbox would be simpler to find, and official
//! clients in Go before 0.188 reject a sandbox with a field they do not know.

use super::find;
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::Principal;
use crate::extract::Params;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::SandboxReport;
use std::sync::Arc;

/// What is enforced in the sandbox's present or last run, and what this machine cannot give, in words.
#[utoipa::path(
    get,
    path = "/sandbox/{sandboxIdOrName}/report",
    tag = "sandbox",
    operation_id = "getSandboxReport",
    params(("sandboxIdOrName" = String, Path)),
    responses((status = 200, body = SandboxReport), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn report(
    State(app): State<Arc<App>>,
    principal: Principal,
    Params(id_or_name): Params<String>,
) -> ApiResult<Json<SandboxReport>> {
    let row = find(&app, &principal, &id_or_name).await?;
    let report = app.engine.report(&row.id).await.map_err(ApiError::internal)?.unwrap_or_default();
    Ok(Json(SandboxReport { enforced: report.enforced, warnings: report.warnings }))
}
