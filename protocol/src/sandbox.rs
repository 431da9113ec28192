//! Sandboxes on the control plane: the resource, its states, and the bodies of its routes.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// The label that carries a sandbox's language.
pub const LANGUAGE_LABEL: &str = "code-toolbox-language";

/// Where a sandbox is in its life. Open: a state this version does not know is kept as text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SandboxState {
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
    /// Unusable; see `error_reason`.
    Error,
    /// Its image could not be built.
    BuildFailed,
    /// Any state this version does not name, as the server wrote it.
    Other(String),
}

impl SandboxState {
    /// The text on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Creating => "creating",
            Self::Restoring => "restoring",
            Self::Destroyed => "destroyed",
            Self::Destroying => "destroying",
            Self::Started => "started",
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Stopping => "stopping",
            Self::Error => "error",
            Self::BuildFailed => "build_failed",
            Self::Other(text) => text,
        }
    }

    /// Whether waiting for `started` or `stopped` can no longer succeed.
    #[must_use]
    pub const fn is_failed(&self) -> bool {
        matches!(self, Self::Error | Self::BuildFailed)
    }
}

impl From<&str> for SandboxState {
    fn from(text: &str) -> Self {
        match text {
            "creating" => Self::Creating,
            "restoring" => Self::Restoring,
            "destroyed" => Self::Destroyed,
            "destroying" => Self::Destroying,
            "started" => Self::Started,
            "stopped" => Self::Stopped,
            "starting" => Self::Starting,
            "stopping" => Self::Stopping,
            "error" => Self::Error,
            "build_failed" => Self::BuildFailed,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for SandboxState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for SandboxState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SandboxState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::from(text.as_ref()))
    }
}

/// `POST /sandbox`. Absent fields take the server's defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct CreateSandbox {
    /// Asks for this id. Ours honours it; other servers ignore the field and use `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A name, unique in the organization; the id when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Name or id of a registered snapshot (image).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// The user that commands run as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Environment of every process in the sandbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<BTreeMap<String, String>>,
    /// Labels to find it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// Whether preview links need no token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
    /// No network at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_block_all: Option<bool>,
    /// Region; `local` here.
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
    /// Minutes stopped until it is archived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_archive_interval: Option<i32>,
    /// Minutes stopped until it is deleted; negative never, 0 at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_delete_interval: Option<i32>,
    /// Volumes to mount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volumes: Option<Vec<SandboxVolume>>,
    /// An image to build, when `snapshot` is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_info: Option<CreateBuildInfo>,
    /// Addresses it may reach. This and what follows our server cannot do: it reads them to say so. Any form is
    /// read, since what asks for nothing is written in many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_allow_list: Option<Value>,
    /// Names it may reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain_allow_list: Option<Value>,
    /// A proxy for what it asks of the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound_proxy_url: Option<Value>,
    /// Where its telemetry goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otel_endpoint_override: Option<Value>,
    /// Kinds of GPU, in order of preference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu_type: Option<Value>,
    /// Whether it may be ended at any time for the sake of others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spot: Option<Value>,
    /// Minutes without activity until it is paused; 0 never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_pause_interval: Option<Value>,
    /// Minutes until it is destroyed, whatever happens; 0 never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_minutes: Option<Value>,
    /// A sandbox to share a network with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linked_sandbox: Option<Value>,
    /// Names of secrets, by the variable each is to appear in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secrets: Option<Value>,
}

/// A Dockerfile to build an image from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct CreateBuildInfo {
    /// The Dockerfile; one `FROM` line for a plain image.
    pub dockerfile_content: String,
    /// Hashes of uploaded build contexts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_hashes: Option<Vec<String>>,
}

/// A volume mounted into a sandbox.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct SandboxVolume {
    /// Its id or name.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub volume_id: String,
    /// Where it appears in the sandbox.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub mount_path: String,
    /// The part of it to mount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subpath: Option<String>,
}

/// A sandbox as the control plane shows it. List items have the same shape.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Sandbox {
    /// Its id; a name is accepted wherever an id goes.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub id: String,
    /// The organization that owns it.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub organization_id: String,
    /// Its name; the id unless one was given.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub name: String,
    /// The snapshot (image) it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// The user that commands run as.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub user: String,
    /// Environment of every process in it.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub env: BTreeMap<String, String>,
    /// Its labels.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub labels: BTreeMap<String, String>,
    /// Whether preview links need no token.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub public: bool,
    /// Whether it has no network at all.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub network_block_all: bool,
    /// Whether it may use KVM.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub kvm: bool,
    /// Its region.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub target: String,
    /// Cores.
    #[serde(deserialize_with = "crate::lenient::null_default", serialize_with = "crate::exact::number")]
    pub cpu: f64,
    /// GPUs.
    #[serde(deserialize_with = "crate::lenient::null_default", serialize_with = "crate::exact::number")]
    pub gpu: f64,
    /// Memory in GB.
    #[serde(deserialize_with = "crate::lenient::null_default", serialize_with = "crate::exact::number")]
    pub memory: f64,
    /// Disk in GB.
    #[serde(deserialize_with = "crate::lenient::null_default", serialize_with = "crate::exact::number")]
    pub disk: f64,
    /// Where it is in its life.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub state: Option<SandboxState>,
    /// Where it is meant to go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired_state: Option<String>,
    /// Why it is in the error state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_reason: Option<String>,
    /// State of its last backup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_state: Option<String>,
    /// When it was last backed up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_created_at: Option<String>,
    /// Minutes without activity until it is stopped; 0 never.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::exact::optional_number")]
    pub auto_stop_interval: Option<f64>,
    /// Minutes stopped until it is archived.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::exact::optional_number")]
    pub auto_archive_interval: Option<f64>,
    /// Minutes stopped until it is deleted; negative never.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::exact::optional_number")]
    pub auto_delete_interval: Option<f64>,
    /// Volumes mounted into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volumes: Option<Vec<SandboxVolume>>,
    /// When it was made, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it last changed, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// When it was last used, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_activity_at: Option<String>,
    /// `container` for every sandbox of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox_class: Option<String>,
    /// Version of the toolbox in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daemon_version: Option<String>,
    /// Toolbox calls go to `{toolboxProxyUrl}/{id}/...`.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub toolbox_proxy_url: String,
}

/// `GET /sandbox`: one page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ListSandboxes {
    /// The sandboxes of this page.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub items: Vec<Sandbox>,
    /// Cursor of the next page; null at the end, but always there.
    pub next_cursor: Option<String>,
}

/// `GET /sandbox/paginated`: one numbered page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct PaginatedSandboxes {
    /// The sandboxes of this page.
    pub items: Vec<Sandbox>,
    /// How many there are on all pages.
    pub total: u64,
    /// The number of this page, from 1.
    pub page: u32,
    /// How many pages there are.
    pub total_pages: u64,
}

/// `PUT /sandbox/{id}/labels`: replaces the labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SandboxLabels {
    /// All labels the sandbox has afterwards.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub labels: BTreeMap<String, String>,
}

/// `GET /sandbox/{id}/report`, which only our server has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SandboxReport {
    /// Controls in force, in words.
    pub enforced: Vec<String>,
    /// What is not in force, why, and what would help.
    pub warnings: Vec<String>,
}

/// `GET /sandbox/{id}/toolbox-proxy-url`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolboxProxyUrl {
    /// Base of toolbox calls; `/{id}` follows.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_and_states_parse() {
        let sandbox: Sandbox =
            serde_json::from_str(r#"{"id":"a","state":"hibernating","fromTheFuture":{"x":1},"cpu":1}"#)
                .expect("lenient parsing");
        assert_eq!(sandbox.state, Some(SandboxState::Other("hibernating".into())));
        assert_eq!(serde_json::to_value(&sandbox).expect("writes")["state"], "hibernating");
    }

    #[test]
    fn null_reads_as_the_default() {
        let json = serde_json::to_value(Sandbox::default()).expect("writes");
        let nulls: serde_json::Map<_, _> = json
            .as_object()
            .expect("an object")
            .keys()
            .map(|key| (key.clone(), serde_json::Value::Null))
            .collect();
        assert!(nulls.contains_key("env") && nulls.contains_key("cpu"));
        assert_eq!(serde_json::from_value::<Sandbox>(nulls.into()).expect("reads"), Sandbox::default());
        let page: ListSandboxes = serde_json::from_str(r#"{"items":null}"#).expect("reads");
        assert_eq!(page, ListSandboxes::default());
    }

    #[test]
    fn whole_numbers_are_written_without_a_fraction() {
        let sandbox = Sandbox { cpu: 2.0, memory: 0.5, auto_stop_interval: Some(-1.0), ..Sandbox::default() };
        let json = serde_json::to_string(&sandbox).expect("writes");
        for part in [r#""cpu":2,"#, r#""memory":0.5,"#, r#""autoStopInterval":-1,"#] {
            assert!(json.contains(part), "{part} is not in {json}");
        }
    }

    #[test]
    fn every_named_state_round_trips() {
        for text in [
            "creating",
            "restoring",
            "destroyed",
            "destroying",
            "started",
            "stopped",
            "starting",
            "stopping",
            "error",
            "build_failed",
        ] {
            let state = SandboxState::from(text);
            assert!(!matches!(state, SandboxState::Other(_)), "{text} has no variant");
            assert_eq!(state.as_str(), text);
        }
    }

    #[test]
    fn the_last_page_says_so() {
        let json = serde_json::to_string(&ListSandboxes::default()).expect("writes");
        assert_eq!(json, r#"{"items":[],"nextCursor":null}"#);
    }
}
