//! The table of contents of the API. Handlers live at `noun/verb.rs`.

use crate::error::{self, ApiError};
use crate::process::{self, sessions};
use crate::state::App;
use crate::{files, git, lsp, ports, system, unread};
use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::routing::{get, post};
use daytona_protocol::error::toolbox as code;
use std::sync::Arc;

/// Every route this toolbox serves.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/health", get(system::health))
        .route("/version", get(system::version))
        .route("/init", post(system::init))
        .route("/env", post(system::env))
        .route("/user-home-dir", get(system::user_home_dir))
        .route("/work-dir", get(system::work_dir))
        .route("/project-dir", get(system::work_dir))
        .route("/process/execute", post(process::execute))
        .route("/process/code-run", post(process::code_run))
        .route("/process/session", get(sessions::list).post(sessions::create))
        .route("/process/session/entrypoint/logs", get(sessions::entrypoint_logs))
        .route("/process/session/{session}", get(sessions::get).delete(sessions::delete))
        .route("/process/session/{session}/exec", post(sessions::exec))
        .route("/process/session/{session}/command/{command}", get(sessions::command))
        .route("/process/session/{session}/command/{command}/logs", get(sessions::logs))
        .route("/process/session/{session}/command/{command}/input", post(sessions::input))
        .route("/files", get(files::list).delete(files::delete))
        .route("/files/folder", post(files::folder))
        .route("/files/info", get(files::info))
        .route("/files/move", post(files::rename))
        .route("/files/permissions", post(files::permissions))
        .route("/files/find", get(files::find))
        .route("/files/search", get(files::search))
        .route("/files/replace", post(files::replace))
        .route("/files/download", get(files::download))
        .route("/files/bulk-download", post(files::bulk_download))
        .route("/files/upload", post(files::upload))
        .route("/files/upload-v2", post(files::upload))
        .route("/files/bulk-upload", post(files::bulk_upload))
        .route("/lsp/start", post(lsp::start))
        .route("/lsp/stop", post(lsp::stop))
        .route("/lsp/did-open", post(lsp::did_open))
        .route("/lsp/did-close", post(lsp::did_close))
        .route("/lsp/completions", post(lsp::completions))
        .route("/lsp/document-symbols", get(lsp::document_symbols))
        .route("/lsp/workspacesymbols", get(lsp::workspace_symbols))
        .route("/port", get(ports::list))
        .route("/port/{port}/in-use", get(ports::in_use))
        .route("/internal/tcp/{port}", get(ports::tunnel))
        .route("/git/add", post(git::add))
        .route("/git/branches", get(git::branches).post(git::create_branch).delete(git::delete_branch))
        .route("/git/checkout", post(git::checkout))
        .route("/git/clone", post(git::clone))
        .route("/git/commit", post(git::commit))
        .route("/git/history", get(git::history))
        .route("/git/pull", post(git::pull))
        .route("/git/push", post(git::push))
        .route("/git/remotes", get(git::remotes))
        .route("/git/status", get(git::status))
        .fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
        .layer(axum::middleware::from_fn(error::render))
        .layer(axum::middleware::from_fn(unread::layer))
        .with_state(app)
}

async fn not_found(uri: Uri) -> ApiError {
    let path = uri.path();
    ApiError::new(
        StatusCode::NOT_FOUND,
        code::NOT_FOUND,
        format!("not found: this toolbox has no route {path}"),
    )
}

async fn not_allowed(method: Method, uri: Uri) -> ApiError {
    let path = uri.path();
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        code::BAD_REQUEST,
        format!("bad request: {path} does not take {method}"),
    )
}
