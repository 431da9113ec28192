//! `GET /sandbox/{sandboxId}/toolbox-proxy-url`.

use super::find;
use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::Principal;
use crate::extract::Params;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::ToolboxProxyUrl;
use std::sync::Arc;

/// Where toolbox calls go; the sandbox's id follows.
#[utoipa::path(
    get,
    path = "/sandbox/{sandboxId}/toolbox-proxy-url",
    tag = "sandbox",
    operation_id = "getToolboxProxyUrl",
    params(("sandboxId" = String, Path)),
    responses((status = 200, body = ToolboxProxyUrl), (status = 401, body = ErrorBody),
              (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn toolbox_proxy_url(
    State(app): State<Arc<App>>,
    principal: Principal,
    Params(id_or_name): Params<String>,
) -> ApiResult<Json<ToolboxProxyUrl>> {
    find(&app, &principal, &id_or_name).await?;
    Ok(Json(ToolboxProxyUrl { url: app.toolbox_url() }))
}
