//! `DELETE /api-keys/{name}`.

use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::{Allowed, KEY_FILE, LOCAL_KEY_NAME, ManageApiKeys};
use crate::extract::{Params, printable};
use axum::extract::State;
use daytona_protocol::ErrorBody;
use http::StatusCode;
use std::sync::Arc;

/// Revokes a key, at once.
#[utoipa::path(
    delete,
    path = "/api-keys/{name}",
    tag = "api-keys",
    operation_id = "deleteApiKey",
    params(("name" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
              (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    principal: Allowed<ManageApiKeys>,
    Params(name): Params<String>,
) -> ApiResult<StatusCode> {
    // The next start would enter the key of the file again, so the file goes first; it makes a new one then.
    if name == LOCAL_KEY_NAME
        && let Err(error) = std::fs::remove_file(app.data_dir.join(KEY_FILE))
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(ApiError::internal(format_args!("cannot remove the key file: {error}")));
    }
    let hash = app.db.delete_api_key(&principal.organization_id, &name).await?;
    let hash = hash.ok_or_else(|| ApiError::not_found(format!("API key {} not found", printable(&name))))?;
    app.keys.forget(&hash);
    Ok(StatusCode::NO_CONTENT)
}
