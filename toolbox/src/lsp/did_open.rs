//! `POST /lsp/did-open`.

use super::document::path_of;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::lsp::LspDocumentRequest;
use std::sync::Arc;

/// Opens a file in the server. Opening it again has the server see what it holds now.
pub(crate) async fn did_open(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<LspDocumentRequest>,
) -> Result<StatusCode, ApiError> {
    let server = app.language_servers.running(&app, &request.language_id, &request.path_to_project)?;
    server.open(&path_of(&app.workdir, &request.uri)?).await?;
    Ok(StatusCode::OK)
}
