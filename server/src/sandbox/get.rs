//! `GET /sandbox/{sandboxIdOrName}`.

use super::{find, view};
use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::Principal;
use crate::extract::Params;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::Sandbox;
use std::sync::Arc;

/// One sandbox, by id or name.
#[utoipa::path(
    get,
    path = "/sandbox/{sandboxIdOrName}",
    tag = "sandbox",
    operation_id = "getSandbox",
    params(("sandboxIdOrName" = String, Path)),
    responses((status = 200, body = Sandbox), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    principal: Principal,
    Params(id_or_name): Params<String>,
) -> ApiResult<Json<Sandbox>> {
    let row = find(&app, &principal, &id_or_name).await?;
    Ok(Json(view::of(&app, row)))
}
