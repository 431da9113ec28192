//! A sandbox as the 0.14 clients read it.
//!
//! What must stay true: whatever a sandbox is, those clients can read it. They know a closed list of states,
//! regions and classes, and one item they cannot read fails their whole list.

use crate::api_error::{ApiError, ApiResult};
use daytona_protocol::sandbox::{Sandbox, SandboxState};
use daytona_protocol::workspace::{ProviderMetadata, Workspace, WorkspaceInfo, WorkspaceState};

/// The regions those clients know.
pub(super) const REGIONS: [&str; 3] = ["us", "eu", "asia"];
/// What this machine is called among them: the one they ask for unless told otherwise.
const REGION: &str = REGIONS[0];
const CLASS: &str = "small";

/// The form of that time.
pub(super) fn of(sandbox: Sandbox) -> ApiResult<Workspace> {
    let state = state(sandbox.state.as_ref());
    let (cpu, gpu, memory, disk) =
        (whole(sandbox.cpu), whole(sandbox.gpu), whole(sandbox.memory), whole(sandbox.disk));
    let auto_stop_interval = whole(sandbox.auto_stop_interval.unwrap_or_default());
    let metadata = ProviderMetadata {
        state,
        node_domain: "localhost".to_owned(),
        region: REGION.to_owned(),
        class: CLASS.to_owned(),
        updated_at: sandbox.updated_at.unwrap_or_default(),
        last_snapshot: None,
        cpu,
        gpu,
        memory,
        disk,
        auto_stop_interval,
    };
    let info = WorkspaceInfo {
        created: sandbox.created_at.unwrap_or_default(),
        name: sandbox.name.clone(),
        provider_metadata: serde_json::to_string(&metadata).map_err(ApiError::internal)?,
    };
    Ok(Workspace {
        id: sandbox.id,
        name: sandbox.name,
        image: sandbox.snapshot.unwrap_or_default(),
        user: sandbox.user,
        env: sandbox.env,
        labels: sandbox.labels,
        public: sandbox.public,
        target: REGION.to_owned(),
        info,
        cpu,
        gpu,
        memory,
        disk,
        state,
        error_reason: sandbox.error_reason,
        snapshot_state: "None".to_owned(),
        auto_stop_interval,
    })
}

/// The nearest state of that time.
fn state(state: Option<&SandboxState>) -> WorkspaceState {
    use WorkspaceState as Then;
    match state.map_or("unknown", SandboxState::as_str) {
        "creating" | "pending_build" | "building_snapshot" | "forking" => Then::Creating,
        "pulling_snapshot" => Then::PullingImage,
        "restoring" => Then::Restoring,
        "starting" | "resuming" => Then::Starting,
        "started" | "snapshotting" => Then::Started,
        "stopping" | "pausing" => Then::Stopping,
        "stopped" | "paused" => Then::Stopped,
        "resizing" => Then::Resizing,
        "archiving" => Then::Archiving,
        "archived" => Then::Archived,
        "destroying" => Then::Destroying,
        "destroyed" => Then::Destroyed,
        "error" | "build_failed" => Then::Error,
        _ => Then::Unknown,
    }
}

/// Those clients tell `1` from `1.0`; all of these numbers are whole.
#[expect(clippy::cast_possible_truncation, reason = "they were 32-bit integers in the database")]
const fn whole(number: f64) -> i64 {
    number as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn shown(sandbox: Sandbox) -> Value {
        serde_json::to_value(of(sandbox).expect("a workspace")).expect("writes")
    }

    #[test]
    fn the_keys_clients_need_are_there_and_of_the_right_kind() {
        let json = shown(Sandbox {
            id: "a".into(),
            name: "n".into(),
            cpu: 2.0,
            auto_stop_interval: Some(15.0),
            ..Sandbox::default()
        });
        for key in ["id", "name", "image", "user", "env", "labels", "public", "target", "info"] {
            assert!(json.get(key).is_some_and(|value| !value.is_null()), "{key}: {json}");
        }
        assert!(json["cpu"].is_i64() && json["autoStopInterval"].is_i64(), "{json}");
        assert_eq!(json["info"]["name"], "n");
        let metadata: Value =
            serde_json::from_str(json["info"]["providerMetadata"].as_str().expect("text")).expect("JSON");
        for key in [
            "state",
            "nodeDomain",
            "region",
            "class",
            "updatedAt",
            "lastSnapshot",
            "cpu",
            "gpu",
            "memory",
            "disk",
            "autoStopInterval",
        ] {
            assert!(metadata.get(key).is_some(), "{key}: {metadata}");
        }
        assert_eq!(metadata["autoStopInterval"], 15);
    }

    #[test]
    fn every_state_is_one_they_know() {
        const KNOWN: [&str; 14] = [
            "creating",
            "restoring",
            "destroyed",
            "destroying",
            "started",
            "stopped",
            "starting",
            "stopping",
            "resizing",
            "error",
            "unknown",
            "pulling_image",
            "archiving",
            "archived",
        ];
        for (now, then) in [
            ("creating", "creating"),
            ("started", "started"),
            ("stopping", "stopping"),
            ("destroying", "destroying"),
            ("pulling_snapshot", "pulling_image"),
            ("pending_build", "creating"),
            ("building_snapshot", "creating"),
            ("build_failed", "error"),
            ("from the future", "unknown"),
        ] {
            let sandbox = Sandbox { state: Some(SandboxState::from(now)), ..Sandbox::default() };
            let state = shown(sandbox)["state"].clone();
            assert_eq!(state, then, "{now}");
            assert!(KNOWN.iter().any(|known| state == *known), "{state}");
        }
        assert_eq!(shown(Sandbox::default())["state"], "unknown");
    }
}
