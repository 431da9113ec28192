//! `GET /api-keys/{name}`.

use super::view::ApiKeyList;
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::{Allowed, ManageApiKeys};
use crate::extract::{Params, printable};
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use std::sync::Arc;

/// One key, masked.
#[utoipa::path(
    get,
    path = "/api-keys/{name}",
    tag = "api-keys",
    operation_id = "getApiKey",
    params(("name" = String, Path)),
    responses((status = 200, body = ApiKeyList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
              (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    principal: Allowed<ManageApiKeys>,
    Params(name): Params<String>,
) -> ApiResult<Json<ApiKeyList>> {
    let key = app.db.api_key(&principal.organization_id, &name).await?;
    let key = key.ok_or_else(|| ApiError::not_found(format!("API key {} not found", printable(&name))))?;
    Ok(Json(key.into()))
}
