//! `GET /lsp/workspacesymbols`: the symbols of a project whose names contain the query, in any case.
//!
//! The servers' own search is no common ground: pylsp has none, and the one for TypeScript sees only what its
//! open files import. So the project's sources are looked through here: a symbol can only be in a file that
//! contains the query, and the server lists the symbols of those. Hidden folders, installed packages and virtual
//! environments are left out.

use super::document::MAX_DOCUMENT;
use super::language::Language;
use super::symbols::{Found, flat};
use crate::error::ApiError;
use crate::files::{blocking, read_now};
use crate::state::App;
use crate::wire::Params;
use axum::Json;
use axum::extract::State;
use daytona_protocol::lsp::LspSymbol;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::{DirEntry, WalkDir};

/// The most files that are looked into, and asked about. More would not be done before the client gives up.
const MAX_FILES: usize = 10_000;
const MAX_ASKED: usize = 500;
/// The most symbols of an answer.
const MAX_SYMBOLS: usize = 5000;
const MAX_DEPTH: usize = 64;

/// Searches the project.
pub(crate) async fn workspace_symbols(
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<Vec<LspSymbol>>, ApiError> {
    let (language, project) = (params.required("languageId")?, params.required("pathToProject")?);
    let query = params.required("query")?.to_lowercase();
    let server = app.language_servers.running(&app, language, project)?;
    let (language, project, text) = (server.language(), server.project().to_owned(), query.clone());
    let paths = blocking(move || Ok(sources(language, &project, &text))).await?;
    let found = server.ask::<Vec<Found>>("textDocument/documentSymbol", &paths, Value::Null).await?;
    let symbols = paths.iter().zip(found).flat_map(|(path, found)| flat(path, found.unwrap_or_default()));
    let named = symbols.filter(|symbol| symbol.name.to_lowercase().contains(&query));
    Ok(Json(named.take(MAX_SYMBOLS).collect()))
}

/// The sources of a project that contain `text`, by name.
fn sources(language: Language, project: &Path, text: &str) -> Vec<PathBuf> {
    let entries = WalkDir::new(project).max_depth(MAX_DEPTH).sort_by_file_name().into_iter();
    // What cannot be read has no symbols to show.
    let files = entries.filter_entry(is_searched).filter_map(Result::ok);
    let files = files.filter(|entry| entry.file_type().is_file() && language.has(entry.path()));
    let holding = files.take(MAX_FILES).map(DirEntry::into_path).filter(|path| {
        text.is_empty()
            || read_now(path, MAX_DOCUMENT)
                .is_ok_and(|bytes| String::from_utf8_lossy(&bytes).to_lowercase().contains(text))
    });
    holding.take(MAX_ASKED).collect()
}

fn is_searched(entry: &DirEntry) -> bool {
    if entry.depth() == 0 || !entry.file_type().is_dir() {
        return true;
    }
    let name = entry.file_name().to_string_lossy();
    !name.starts_with('.')
        && !matches!(&*name, "node_modules" | "__pycache__" | "site-packages")
        && !entry.path().join("pyvenv.cfg").exists()
}
