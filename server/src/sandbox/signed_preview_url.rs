//! `GET /sandbox/{sandboxIdOrName}/ports/{port}/signed-preview-url`, and ending such a link before its time.

use super::find;
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::{Allowed, Principal, WriteSandboxes};
use crate::clock;
use crate::extract::{Params, Query};
use crate::preview::{self, Subject};
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::preview::{AUTH_QUERY, SignedPortPreviewUrl};
use std::sync::Arc;

const DEFAULT_SECONDS: u32 = 60;
const LONGEST_SECONDS: u32 = 86_400;

/// A link that lets in by itself until it expires.
#[utoipa::path(
    get,
    path = "/sandbox/{sandboxIdOrName}/ports/{port}/signed-preview-url",
    tag = "sandbox",
    operation_id = "getSignedPortPreviewUrl",
    params(("sandboxIdOrName" = String, Path),
           ("port" = u16, Path, description = "3000 to 9999, 22222 for the terminal"),
           ("expiresInSeconds" = Option<u32>, Query, description = "1 to 86400; 60 if not given")),
    responses((status = 200, body = SignedPortPreviewUrl), (status = 400, body = ErrorBody),
              (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
              (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn signed_preview_url(
    State(app): State<Arc<App>>,
    principal: Principal,
    Params((id_or_name, port)): Params<(String, String)>,
    query: Query,
) -> ApiResult<Json<SignedPortPreviewUrl>> {
    let port = preview::port(&port)?;
    let seconds = query.number("expiresInSeconds", 1..=LONGEST_SECONDS)?.unwrap_or(DEFAULT_SECONDS);
    let row = find(&app, &principal, &id_or_name).await?;
    let authority = app.previews.open(&app, &row, port).await?;
    let expires_at = clock::now() + i64::from(seconds) * 1000;
    let token = app.preview_secret.sign(Subject::of(&row, port), expires_at);
    let url = format!("http://{authority}/?{AUTH_QUERY}={token}");
    Ok(Json(SignedPortPreviewUrl { sandbox_id: row.id, port, token, url }))
}

/// Ends a signed link before its time, for browsers that are signed in by it, too.
#[utoipa::path(
    post,
    path = "/sandbox/{sandboxIdOrName}/ports/{port}/signed-preview-url/{token}/expire",
    tag = "sandbox",
    operation_id = "expireSignedPortPreviewUrl",
    params(("sandboxIdOrName" = String, Path), ("port" = u16, Path), ("token" = String, Path)),
    responses((status = 200), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn expire(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    Params((id_or_name, port, token)): Params<(String, String, String)>,
) -> ApiResult<()> {
    let port = preview::port(&port)?;
    let row = find(&app, &principal, &id_or_name).await?;
    let signed = app.preview_secret.signed(Subject::of(&row, port), &token);
    let signed = signed.ok_or_else(|| ApiError::not_found("Invalid or expired token"))?;
    app.db.end_signed_preview(&row.id, &signed.hash, signed.expires_at).await?;
    Ok(())
}
