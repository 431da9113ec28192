//! `POST /lsp/stop`.

use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::lsp::LspServerRequest;
use std::sync::Arc;

/// Ends the server. Another can be started at once.
pub(crate) async fn stop(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<LspServerRequest>,
) -> Result<StatusCode, ApiError> {
    let server = app.language_servers.running(&app, &request.language_id, &request.path_to_project)?;
    app.language_servers.remove(&server);
    server.stop().await;
    Ok(StatusCode::OK)
}
