//! `GET /api/config`: what clients may want to know before they have a key.

use crate::app::App;
use crate::lifecycle::spec::HOST_IMAGE;
use crate::sandbox::defaults;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The published configuration; what a local server does not have is empty.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DaytonaConfiguration {
    /// The server's version.
    version: &'static str,
    /// Log-in: none here.
    oidc: OidcConfig,
    /// Whether accounts can be linked.
    linked_accounts_enabled: bool,
    /// News from the operator.
    announcements: BTreeMap<String, String>,
    /// Where previews are.
    proxy_template_url: String,
    /// Where toolbox calls go.
    proxy_toolbox_url: String,
    /// The image a sandbox is made from by default.
    default_snapshot: &'static str,
    /// Where the dashboard is: none here.
    dashboard_url: String,
    /// In minutes.
    max_auto_archive_interval: i32,
    /// Spelled so on the wire.
    maintanance_mode: bool,
    /// `local`.
    environment: &'static str,
}

/// How people log in.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OidcConfig {
    /// Empty: there is no log-in.
    issuer: String,
    /// Empty.
    client_id: String,
    /// Empty.
    audience: String,
}

/// The server's public configuration.
#[utoipa::path(
    get,
    path = "/config",
    tag = "system",
    operation_id = "getConfig",
    responses((status = 200, body = DaytonaConfiguration))
)]
pub(crate) async fn config(State(app): State<Arc<App>>) -> Json<DaytonaConfiguration> {
    Json(DaytonaConfiguration {
        version: env!("CARGO_PKG_VERSION"),
        oidc: OidcConfig::default(),
        linked_accounts_enabled: false,
        announcements: BTreeMap::new(),
        proxy_template_url: String::new(),
        proxy_toolbox_url: app.toolbox_url(),
        default_snapshot: HOST_IMAGE,
        dashboard_url: String::new(),
        max_auto_archive_interval: defaults::MAX_AUTO_ARCHIVE_MINUTES,
        maintanance_mode: false,
        environment: "local",
    })
}
