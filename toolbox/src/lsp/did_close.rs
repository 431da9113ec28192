//! `POST /lsp/did-close`.

use super::document::path_of;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::lsp::LspDocumentRequest;
use std::sync::Arc;

/// Closes a file in the server. One that is not open is closed already.
pub(crate) async fn did_close(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<LspDocumentRequest>,
) -> Result<StatusCode, ApiError> {
    let server = app.language_servers.running(&app, &request.language_id, &request.path_to_project)?;
    server.close(&path_of(&app.workdir, &request.uri)?).await?;
    Ok(StatusCode::OK)
}
