//! Small bodies: folders of the sandbox user, version, health.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `GET /user-home-dir`, `/work-dir` and the older `/project-dir`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Directory {
    /// An absolute path inside the sandbox.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub dir: String,
}

/// `GET /version` of the toolbox.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// The toolbox's version.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub version: String,
}

/// `GET /health`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Health {
    /// `ok` when requests can be served.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub status: String,
    /// Version of what answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Sandboxes that are ready to be claimed; a server's answer only.
    #[serde(rename = "warmSandboxes", skip_serializing_if = "Option::is_none")]
    pub warm_sandboxes: Option<usize>,
}

/// `POST /env` of the toolbox: changes the environment of later processes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateEnvRequest {
    /// Variables to set.
    pub set: BTreeMap<String, String>,
    /// Variables to remove, before `set` is applied.
    pub unset: Vec<String>,
    /// Removes every variable whose value starts so and whose name is not in `set`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unset_value_prefix: Option<String>,
}
