//! `GET /lsp/document-symbols`.

use super::document::path_of;
use super::symbols::{Found, flat};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::Params;
use axum::Json;
use axum::extract::State;
use daytona_protocol::lsp::LspSymbol;
use serde_json::Value;
use std::sync::Arc;

/// The symbols of a file.
pub(crate) async fn document_symbols(
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<Vec<LspSymbol>>, ApiError> {
    let (language, project) = (params.required("languageId")?, params.required("pathToProject")?);
    let server = app.language_servers.running(&app, language, project)?;
    let path = path_of(&app.workdir, params.required("uri")?)?;
    let paths = [path];
    let found = server.ask::<Vec<Found>>("textDocument/documentSymbol", &paths, Value::Null).await?;
    Ok(Json(
        paths.iter().zip(found).flat_map(|(path, found)| flat(path, found.unwrap_or_default())).collect(),
    ))
}
