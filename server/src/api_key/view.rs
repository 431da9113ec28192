//! Keys as the wire shows them.

use crate::clock;
use crate::db::api_key::ApiKey;
use serde::{Deserialize, Serialize};

/// A key in a list: masked.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiKeyList {
    /// Its name, unique in the organization.
    name: String,
    /// The masked key.
    value: String,
    /// When it was made, ISO 8601.
    created_at: String,
    /// What it may do beyond reading.
    permissions: Vec<String>,
    /// When it was last used.
    last_used_at: Option<String>,
    /// When it ends.
    expires_at: Option<String>,
    /// Who made it; a local server has one user.
    user_id: String,
}

impl From<ApiKey> for ApiKeyList {
    fn from(key: ApiKey) -> Self {
        Self {
            name: key.name,
            value: key.masked,
            created_at: clock::iso(key.created_at),
            permissions: key.permissions.0,
            last_used_at: key.last_used_at.map(clock::iso),
            expires_at: key.expires_at.map(clock::iso),
            user_id: "local".to_owned(),
        }
    }
}

/// A new key, in the clear for this once.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiKeyResponse {
    /// Its name.
    pub(super) name: String,
    /// The key.
    pub(super) value: String,
    /// When it was made, ISO 8601.
    pub(super) created_at: String,
    /// What it may do beyond reading.
    pub(super) permissions: Vec<String>,
    /// When it ends.
    pub(super) expires_at: Option<String>,
}

/// `POST /api-keys`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateApiKey {
    /// A name, unique in the organization.
    pub(super) name: String,
    /// What it may do beyond reading.
    pub(super) permissions: Vec<String>,
    /// When it ends, ISO 8601; never when absent.
    #[serde(default)]
    pub(super) expires_at: Option<String>,
}
