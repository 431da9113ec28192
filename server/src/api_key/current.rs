//! `GET /api-keys/current`.

use super::view::ApiKeyList;
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::Principal;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use std::sync::Arc;

/// The key this request was sent with, masked. Any key may ask about itself.
#[utoipa::path(
    get,
    path = "/api-keys/current",
    tag = "api-keys",
    operation_id = "getCurrentApiKey",
    responses((status = 200, body = ApiKeyList), (status = 401, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn current(
    State(app): State<Arc<App>>,
    principal: Principal,
) -> ApiResult<Json<ApiKeyList>> {
    let key = app.db.api_key(&principal.organization_id, &principal.key_name).await?;
    Ok(Json(key.ok_or_else(ApiError::invalid_credentials)?.into()))
}
