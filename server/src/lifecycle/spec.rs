//! From a row to what the engine runs.

use crate::app::App;
use crate::db::sandbox::Sandbox;
use crate::machine::GIB;
use daytona_engine::SandboxSpec;
use daytona_engine::spec::{IdMap, Limits, Network, User};
use std::path::PathBuf;

/// The image every sandbox is made from unless it asks for another.
pub(crate) const HOST_IMAGE: &str = "host";
/// The users of the host image: name, user id, group id, home.
pub(crate) const USERS: [(&str, u32, &str); 2] = [("daytona", 1000, "/home/daytona"), ("root", 0, "/root")];

/// Ids of the host that are given to sandboxes begin here, far above those of people and services.
const FIRST_ID: u32 = 0x4000_0000;
const IDS_EACH: u32 = 65_536;

/// What the engine is to run for this row.
pub(crate) fn of(app: &App, row: &Sandbox) -> SandboxSpec {
    let (name, uid, home) = USERS.into_iter().find(|(name, ..)| *name == row.os_user).unwrap_or(USERS[0]);
    let mut env = row.env.0.clone();
    for (key, value) in [
        ("DAYTONA_SANDBOX_ID", row.id.as_str()),
        ("DAYTONA_SANDBOX_SNAPSHOT", &row.snapshot),
        ("DAYTONA_SANDBOX_USER", &row.os_user),
        ("DAYTONA_ORGANIZATION_ID", &row.organization_id),
        ("DAYTONA_REGION_ID", &row.target),
    ] {
        env.entry(key.to_owned()).or_insert_with(|| value.to_owned());
    }
    SandboxSpec {
        id: row.id.clone(),
        dir: app.sandbox_dir(&row.id),
        layers: app.image.layers.clone(),
        mounts: app.image.mounts.clone(),
        user: User { name: name.to_owned(), uid, gid: uid, home: PathBuf::from(home) },
        env,
        ids: if app.machine.root {
            IdMap::Range { base: FIRST_ID + row.id_slot * IDS_EACH, count: IDS_EACH }
        } else {
            IdMap::Single
        },
        limits: Limits {
            cpus: f64::from(row.cpu),
            memory_bytes: u64::from(row.memory) * GIB,
            disk_bytes: u64::from(row.disk) * GIB,
            ..Limits::default()
        },
        network: if row.network_block_all { Network::None } else { Network::Egress },
    }
}
