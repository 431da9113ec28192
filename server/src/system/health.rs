//! `GET /health` and `GET /api/health`.

use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::system::Health;
use std::sync::Arc;

/// `ok` when requests can be served.
#[utoipa::path(
    get,
    path = "/health",
    tag = "system",
    operation_id = "health",
    responses((status = 200, body = Health), (status = 503, body = ErrorBody))
)]
pub(crate) async fn health(State(app): State<Arc<App>>) -> ApiResult<Json<Health>> {
    app.db.ping().await.map_err(|error| {
        tracing::error!(%error, "the database does not answer");
        ApiError::unavailable("The database does not answer; see the server's log")
    })?;
    Ok(Json(Health {
        status: "ok".to_owned(),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        warm_sandboxes: Some(app.pool.ready()),
    }))
}
