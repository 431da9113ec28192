//! Previews: the links to what listens on a port of a sandbox. The token in each is a secret, which `Debug`
//! does not show.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::RangeInclusive;

/// The ports of a sandbox that can be previewed.
pub const PORTS: RangeInclusive<u16> = 3000..=9999;
/// The terminal's port. It has a link like those, and is closed without a token even in a public sandbox.
pub const TERMINAL_PORT: u16 = 22_222;
/// Nothing is shown on this port. Its token is the sandbox's own, which opens its toolbox to clients that cannot
/// send a key: a browser's WebSocket, say.
pub const TOOLBOX_PORT: u16 = 1;
/// The query parameter that lets in where no header can be sent: a browser's address bar, a WebSocket.
pub const AUTH_QUERY: &str = "DAYTONA_SANDBOX_AUTH_KEY";

/// `GET /sandbox/{id}/ports/{port}/preview-url`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct PortPreviewUrl {
    /// The sandbox the URL leads to.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub sandbox_id: String,
    /// The URL.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub url: String,
    /// Grants access as header `x-daytona-preview-token`.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub token: String,
}

impl fmt::Debug for PortPreviewUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("PortPreviewUrl");
        shown.field("sandbox_id", &self.sandbox_id).field("url", &self.url).finish_non_exhaustive()
    }
}

/// `GET /sandbox/{id}/ports/{port}/signed-preview-url`: a link that lets in by itself, for a while.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct SignedPortPreviewUrl {
    /// The sandbox the URL leads to.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub sandbox_id: String,
    /// The port.
    pub port: u16,
    /// What in the URL lets in.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub token: String,
    /// The URL, the token in it.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub url: String,
}

impl fmt::Debug for SignedPortPreviewUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("SignedPortPreviewUrl");
        shown.field("sandbox_id", &self.sandbox_id).field("port", &self.port).finish_non_exhaustive()
    }
}
