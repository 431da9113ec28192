//! Answers of the port routes, `port` and `port/{port}/in-use`.

use serde::{Deserialize, Serialize};

/// `GET /port`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PortList {
    /// TCP ports something listens on, sorted.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub ports: Vec<u16>,
}

/// `GET /port/{port}/in-use`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IsPortInUseResponse {
    /// Whether something listens on it.
    pub is_in_use: bool,
}
