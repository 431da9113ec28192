//! `GET /api/openapi.json`.

use crate::app::App;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;
use std::sync::Arc;

/// The OpenAPI document of this server.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "system",
    operation_id = "openapi",
    responses((status = 200, description = "The document you are reading"))
)]
pub(crate) async fn openapi(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], app.openapi.clone())
}
