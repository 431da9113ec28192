//! A row as the wire shows it.

use crate::app::App;
use crate::clock;
use crate::db::sandbox::Sandbox as Row;
use daytona_protocol::sandbox::{Sandbox, SandboxState};

/// What every sandbox here is.
pub(super) const CLASS: &str = "container";

/// The published form of a row.
pub(crate) fn of(app: &App, mut row: Row) -> Sandbox {
    // The database learns of use a few seconds later.
    if let Some(live) = app.live.get(&row.id) {
        row.last_activity_at = row.last_activity_at.max(live.last_activity());
    }
    shown(row, app.toolbox_url())
}

fn shown(row: Row, toolbox_proxy_url: String) -> Sandbox {
    Sandbox {
        id: row.id,
        organization_id: row.organization_id,
        name: row.name,
        snapshot: Some(row.snapshot),
        user: row.os_user,
        env: row.env.0,
        labels: row.labels.0,
        public: row.public,
        network_block_all: row.network_block_all,
        kvm: false,
        target: row.target,
        cpu: f64::from(row.cpu),
        gpu: 0.0,
        memory: f64::from(row.memory),
        disk: f64::from(row.disk),
        state: Some(SandboxState::from(row.state)),
        desired_state: row.state.desired().map(str::to_owned),
        error_reason: row.error_reason,
        backup_state: Some("None".to_owned()),
        backup_created_at: None,
        auto_stop_interval: Some(f64::from(row.auto_stop_interval)),
        auto_archive_interval: Some(f64::from(row.auto_archive_interval)),
        auto_delete_interval: Some(f64::from(row.auto_delete_interval)),
        volumes: Some(Vec::new()),
        created_at: Some(clock::iso(row.created_at)),
        updated_at: Some(clock::iso(row.updated_at)),
        last_activity_at: Some(clock::iso(row.last_activity_at)),
        sandbox_class: Some(CLASS.to_owned()),
        daemon_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        toolbox_proxy_url,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::lifecycle::State;
    use sqlx::types::Json;

    pub(crate) fn row() -> Row {
        Row {
            id: "a".into(),
            organization_id: "o".into(),
            name: "n".into(),
            state: State::Started,
            pool: false,
            error_reason: None,
            snapshot: "host".into(),
            os_user: "daytona".into(),
            env: Json([("K".to_owned(), "v".to_owned())].into()),
            labels: Json([("l".to_owned(), "x".to_owned())].into()),
            public: false,
            network_block_all: false,
            target: "local".into(),
            cpu: 1,
            memory: 1,
            disk: 3,
            auto_stop_interval: 15,
            auto_archive_interval: 10_080,
            auto_delete_interval: -1,
            id_slot: 0,
            run: 0,
            created_at: 0,
            updated_at: 0,
            last_activity_at: 0,
            stopped_at: None,
        }
    }

    #[test]
    fn the_keys_official_clients_need_are_all_there() {
        let json = serde_json::to_value(shown(row(), "http://x/toolbox".into())).expect("writes");
        for key in [
            "id",
            "organizationId",
            "name",
            "user",
            "env",
            "labels",
            "public",
            "networkBlockAll",
            "kvm",
            "target",
            "cpu",
            "gpu",
            "memory",
            "disk",
            "toolboxProxyUrl",
            "state",
            "desiredState",
        ] {
            assert!(json.get(key).is_some_and(|value| !value.is_null()), "{key}");
        }
        assert_eq!(json["state"], "started");
        assert_eq!(json["env"]["K"], "v");
    }
}
