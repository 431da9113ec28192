//! What a sandbox is when nobody says otherwise, and so what the warm pool keeps ready.

use crate::auth::LOCAL_ORGANIZATION;
use crate::db::sandbox::NewSandbox;
use crate::lifecycle::spec::HOST_IMAGE;
use std::collections::BTreeMap;

/// The only region of a local server.
pub(crate) const TARGET: &str = "local";
pub(crate) const USER: &str = "daytona";
pub(crate) const CPU: u32 = 1;
pub(crate) const MEMORY_GIB: u32 = 1;
pub(crate) const DISK_GIB: u32 = 3;
pub(crate) const AUTO_STOP_MINUTES: i32 = 15;
pub(crate) const AUTO_ARCHIVE_MINUTES: i32 = 10_080;
pub(crate) const AUTO_DELETE_MINUTES: i32 = -1;
pub(crate) const MAX_AUTO_ARCHIVE_MINUTES: i32 = 43_200;

/// The default sandbox of an organization, under a new id.
pub(crate) fn sandbox(organization_id: &str) -> NewSandbox {
    NewSandbox {
        id: uuid::Uuid::new_v4().to_string(),
        organization_id: organization_id.to_owned(),
        name: None,
        pool: false,
        snapshot: HOST_IMAGE.to_owned(),
        os_user: USER.to_owned(),
        env: BTreeMap::new(),
        labels: BTreeMap::new(),
        public: false,
        network_block_all: false,
        target: TARGET.to_owned(),
        cpu: CPU,
        memory: MEMORY_GIB,
        disk: DISK_GIB,
        auto_stop_interval: AUTO_STOP_MINUTES,
        auto_archive_interval: AUTO_ARCHIVE_MINUTES,
        auto_delete_interval: AUTO_DELETE_MINUTES,
    }
}

/// A sandbox for the warm pool.
pub(crate) fn pool_member() -> NewSandbox {
    NewSandbox { pool: true, ..sandbox(LOCAL_ORGANIZATION) }
}

/// Whether a warm pool member can become this sandbox. Name, labels, environment and intervals can be given
/// to a running one; the rest cannot.
pub(crate) fn is_warm(new: &NewSandbox, custom_id: bool) -> bool {
    let member = pool_member();
    !custom_id
        && new.organization_id == member.organization_id
        && new.snapshot == member.snapshot
        && new.os_user == member.os_user
        && new.network_block_all == member.network_block_all
        && new.target == member.target
        && (new.cpu, new.memory, new.disk) == (member.cpu, member.memory, member.disk)
}
