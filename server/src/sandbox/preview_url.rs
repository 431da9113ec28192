//! `GET /sandbox/{sandboxIdOrName}/ports/{port}/preview-url`.

use super::find;
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::{Permission, Principal, WriteSandboxes};
use crate::extract::Params;
use crate::preview::{self, Subject};
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::preview::{PortPreviewUrl, TOOLBOX_PORT};
use std::sync::Arc;

/// Where a port of the sandbox is served, and the token that lets in. The same answer each time. Port 1 stands for
/// the toolbox.
#[utoipa::path(
    get,
    path = "/sandbox/{sandboxIdOrName}/ports/{port}/preview-url",
    tag = "sandbox",
    operation_id = "getPortPreviewUrl",
    params(("sandboxIdOrName" = String, Path),
           ("port" = u16, Path, description = "3000 to 9999, 22222 for the terminal, 1 for a token of the toolbox")),
    responses((status = 200, body = PortPreviewUrl), (status = 400, body = ErrorBody),
              (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
              (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn preview_url(
    State(app): State<Arc<App>>,
    principal: Principal,
    Params((id_or_name, port)): Params<(String, String)>,
) -> ApiResult<Json<PortPreviewUrl>> {
    if port == TOOLBOX_PORT.to_string() {
        // It is a way into the toolbox, so it is for those who may go there.
        if !principal.may(WriteSandboxes::NAME) {
            return Err(ApiError::forbidden("Access denied"));
        }
        let row = find(&app, &principal, &id_or_name).await?;
        let token = app.preview_secret.token(Subject::of(&row, TOOLBOX_PORT));
        let url = format!("{}/{}", app.toolbox_url(), row.id);
        return Ok(Json(PortPreviewUrl { sandbox_id: row.id, url, token }));
    }
    let port = preview::port(&port)?;
    let row = find(&app, &principal, &id_or_name).await?;
    let authority = app.previews.open(&app, &row, port).await?;
    let token = app.preview_secret.token(Subject::of(&row, port));
    Ok(Json(PortPreviewUrl { sandbox_id: row.id, url: format!("http://{authority}"), token }))
}
