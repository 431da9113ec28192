//! `GET /health` and `GET /version`.

use axum::Json;
use daytona_protocol::system::{Health, Version};

/// Answers when requests can be served.
pub(crate) async fn health() -> Json<Health> {
    Json(Health {
        status: "ok".to_owned(),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        warm_sandboxes: None,
    })
}

/// This toolbox's version.
pub(crate) async fn version() -> Json<Version> {
    Json(Version { version: env!("CARGO_PKG_VERSION").to_owned() })
}
