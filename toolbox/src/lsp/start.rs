//! `POST /lsp/start`.

use super::language::Language;
use super::store::project_of;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::lsp::LspServerRequest;
use std::sync::Arc;

/// Starts the server and answers when it can be used; one that runs is left alone.
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<LspServerRequest>,
) -> Result<StatusCode, ApiError> {
    let language = Language::named(&request.language_id)?;
    let project = project_of(&app, &request.path_to_project)?;
    app.language_servers.start(&app, language, &project).await?;
    Ok(StatusCode::OK)
}
