//! `POST /api-keys`.

use super::view::{ApiKeyResponse, CreateApiKey};
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::key::Key;
use crate::auth::{Allowed, ManageApiKeys, PERMISSIONS};
use crate::clock;
use crate::db::api_key::ApiKey;
use crate::extract::{Body, printable};
use crate::sandbox::validate;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use http::StatusCode;
use sqlx::types::Json as SqlJson;
use std::sync::Arc;

/// Makes a key. Its value is shown now and never again.
#[utoipa::path(
    post,
    path = "/api-keys",
    tag = "api-keys",
    operation_id = "createApiKey",
    request_body = CreateApiKey,
    responses((status = 201, body = ApiKeyResponse), (status = 400, body = ErrorBody),
              (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    principal: Allowed<ManageApiKeys>,
    Body(request): Body<CreateApiKey>,
) -> ApiResult<(StatusCode, Json<ApiKeyResponse>)> {
    validate::name(&request.name)?;
    for permission in &request.permissions {
        if !PERMISSIONS.contains(&permission.as_str()) {
            return Err(ApiError::bad_request(format!("unknown permission {:?}", printable(permission))));
        }
        // A key makes no key that may do more than itself.
        if !principal.may(permission) {
            return Err(ApiError::forbidden(format!("Insufficient permissions for assigning: {permission}")));
        }
    }
    let expires_at = match &request.expires_at {
        None => None,
        Some(text) => Some(clock::parse(text).filter(|at| *at > clock::now()).ok_or_else(|| {
            ApiError::bad_request("expiresAt must be a time in the future, such as 2030-01-02T03:04:05Z")
        })?),
    };
    let key = Key::generate().map_err(ApiError::internal)?;
    let row = ApiKey {
        id: uuid::Uuid::new_v4().to_string(),
        organization_id: principal.organization_id.to_string(),
        name: request.name,
        hash: key.hash().to_vec(),
        masked: key.masked(),
        permissions: SqlJson(request.permissions),
        created_at: clock::now(),
        last_used_at: None,
        expires_at,
    };
    if !app.db.insert_api_key(&row).await? {
        return Err(ApiError::conflict(format!("API key with name {} already exists", row.name)));
    }
    let response = ApiKeyResponse {
        name: row.name,
        value: key.reveal().to_owned(),
        created_at: clock::iso(row.created_at),
        permissions: row.permissions.0,
        expires_at: row.expires_at.map(clock::iso),
    };
    Ok((StatusCode::CREATED, Json(response)))
}
