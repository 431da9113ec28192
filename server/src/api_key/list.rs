//! `GET /api-keys`.

use super::view::ApiKeyList;
use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, ManageApiKeys};
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use std::sync::Arc;

/// The organization's keys, masked.
#[utoipa::path(
    get,
    path = "/api-keys",
    tag = "api-keys",
    operation_id = "listApiKeys",
    responses((status = 200, body = Vec<ApiKeyList>), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    principal: Allowed<ManageApiKeys>,
) -> ApiResult<Json<Vec<ApiKeyList>>> {
    let keys = app.db.api_keys(&principal.organization_id).await?;
    Ok(Json(keys.into_iter().map(ApiKeyList::from).collect()))
}
