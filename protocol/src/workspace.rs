//! The wire of the 0.14 clients, where a sandbox is called a workspace: the bodies of `/workspace`.
//!
//! Those clients are strict: a state they do not know, a missing key or a number of another kind fails the call,
//! and one such item fails a whole list. So these types are written by the server and closed.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `POST /workspace`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct CreateWorkspace {
    /// Asks for this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A name; the id when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The image; blank for the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The user that commands run as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Environment of every process in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<BTreeMap<String, String>>,
    /// Labels to find it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// Whether preview links need no token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
    /// Region: `us`, `eu` or `asia`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<u32>,
    /// GPUs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu: Option<u32>,
    /// Memory in GB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u32>,
    /// Disk in GB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk: Option<u32>,
    /// Minutes without activity until it is stopped; 0 never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_stop_interval: Option<i32>,
}

/// Where a workspace is in its life. Closed: these are all that the clients know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WorkspaceState {
    /// Being made.
    Creating,
    /// Coming back from an archive.
    Restoring,
    /// Gone.
    Destroyed,
    /// Being removed.
    Destroying,
    /// Running.
    Started,
    /// Not running; its files are kept.
    Stopped,
    /// On the way from stopped to started.
    Starting,
    /// On the way from started to stopped.
    Stopping,
    /// Getting other resources.
    Resizing,
    /// Unusable; see `error_reason`.
    Error,
    /// None of these.
    Unknown,
    /// Waiting for its image.
    PullingImage,
    /// On the way from stopped to archived.
    Archiving,
    /// Its files are in cheaper storage.
    Archived,
}

/// A sandbox as `/workspace` shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    /// Its id.
    pub id: String,
    /// Its name; the id unless one was given.
    pub name: String,
    /// The image it was made from.
    pub image: String,
    /// The user that commands run as.
    pub user: String,
    /// Environment of every process in it.
    pub env: BTreeMap<String, String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Whether preview links need no token.
    pub public: bool,
    /// Its region, one of those the clients know.
    pub target: String,
    /// What else there is to say about it.
    pub info: WorkspaceInfo,
    /// Cores.
    pub cpu: i64,
    /// GPUs.
    pub gpu: i64,
    /// Memory in GB.
    pub memory: i64,
    /// Disk in GB.
    pub disk: i64,
    /// Where it is in its life.
    pub state: WorkspaceState,
    /// Why it is in the error state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_reason: Option<String>,
    /// State of its last backup: `None`, `Pending`, `InProgress`, `Completed` or `Error`.
    pub snapshot_state: String,
    /// Minutes without activity until it is stopped; 0 never.
    pub auto_stop_interval: i64,
}

/// The part of a workspace that clients read as text in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceInfo {
    /// When it was made, ISO 8601.
    pub created: String,
    /// Its name.
    pub name: String,
    /// A [`ProviderMetadata`], as JSON text.
    pub provider_metadata: String,
}

/// What the text `provider_metadata` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderMetadata {
    /// As in the workspace.
    pub state: WorkspaceState,
    /// The host that runs it.
    pub node_domain: String,
    /// As `target` in the workspace.
    pub region: String,
    /// `small`, `medium` or `large`.
    pub class: String,
    /// When it last changed, ISO 8601.
    pub updated_at: String,
    /// When it was last backed up, ISO 8601.
    pub last_snapshot: Option<String>,
    /// Cores.
    pub cpu: i64,
    /// GPUs.
    pub gpu: i64,
    /// Memory in GB.
    pub memory: i64,
    /// Disk in GB.
    pub disk: i64,
    /// Minutes without activity until it is stopped; 0 never.
    pub auto_stop_interval: i64,
}
