//! `GET /user-home-dir`, `GET /work-dir` and the older `GET /project-dir`.

use crate::state::App;
use axum::Json;
use axum::extract::State;
use daytona_protocol::system::Directory;
use std::path::Path;
use std::sync::Arc;

/// The sandbox user's home folder.
pub(crate) async fn user_home_dir(State(app): State<Arc<App>>) -> Json<Directory> {
    directory(&app.home)
}

/// Where commands run and relative paths start.
pub(crate) async fn work_dir(State(app): State<Arc<App>>) -> Json<Directory> {
    directory(&app.workdir)
}

fn directory(path: &Path) -> Json<Directory> {
    Json(Directory { dir: path.to_string_lossy().into_owned() })
}
