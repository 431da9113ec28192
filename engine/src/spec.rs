//! The one description of a sandbox that every engine reads.
//!
//! Paths are host paths unless a field says otherwise. A spec is plain data: it is written to the sandbox's
//! folder as JSON and read back by the launcher, so that a restarted server finds what really runs.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Everything an engine needs to run one sandbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SandboxSpec {
    /// Its id in the engine, also its host name; `[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}`.
    pub id: String,
    /// The folder that belongs to this sandbox alone (mode 0700): writable layer, spec, socket, exit record.
    pub dir: PathBuf,
    /// Read-only layers of the root file system, bottom first.
    pub layers: Vec<PathBuf>,
    /// Mounted over the root file system, in this order. Their files keep the owners they have on the host: what is
    /// owned by an id outside of the sandbox's shows as nobody's.
    pub mounts: Vec<BindMount>,
    /// Who processes run as.
    pub user: User,
    /// Environment of every process.
    pub env: BTreeMap<String, String>,
    /// Which ids of the host stand behind the ids inside.
    pub ids: IdMap,
    /// Upper bounds; what the machine cannot enforce is reported, never silently dropped.
    pub limits: Limits,
    /// What it can reach.
    pub network: Network,
}

/// A host folder or file that appears in the sandbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BindMount {
    /// On the host.
    pub source: PathBuf,
    /// In the sandbox, absolute.
    pub target: PathBuf,
    /// Read-only mounts are also nosuid and nodev; all mounts are nosuid and nodev.
    pub read_only: bool,
}

/// The user that processes in a sandbox run as.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Login name, as `$USER`.
    pub name: String,
    /// User id inside.
    pub uid: u32,
    /// Group id inside.
    pub gid: u32,
    /// Home folder inside, as `$HOME`; created when missing.
    pub home: PathBuf,
}

/// How ids inside map to ids of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum IdMap {
    /// `0..count` inside are `base..base+count` outside. Needs root.
    Range {
        /// First id on the host.
        base: u32,
        /// How many ids.
        count: u32,
    },
    /// Only the spec's user exists inside; it is the server's own user outside.
    Single,
}

/// Upper bounds of one sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Cores' worth of time.
    pub cpus: f64,
    /// Memory and swap together, in bytes.
    pub memory_bytes: u64,
    /// Size of the writable layer, in bytes.
    pub disk_bytes: u64,
    /// Processes and threads.
    pub pids: u32,
    /// Open files of one process.
    pub open_files: u64,
    /// Size of /dev/shm, in bytes.
    pub shm_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpus: 1.0,
            memory_bytes: 1 << 30,
            disk_bytes: 3 << 30,
            pids: 256,
            open_files: 16_384,
            shm_bytes: 64 << 20,
        }
    }
}

/// What a sandbox can reach. Both kinds have a network namespace of their own with a loopback device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Nothing.
    #[default]
    None,
    /// The internet, but not the host, its loopback, private ranges or other sandboxes.
    Egress,
}

/// Checks that `id` can be a folder, a host name and a control group.
///
/// # Errors
/// Says what an id looks like when this is none.
pub fn check_id(id: &str) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    match id.as_bytes() {
        [first, rest @ ..]
            if rest.len() < 63 && first.is_ascii_alphanumeric() && rest.iter().all(|b| plain(*b)) =>
        {
            Ok(())
        }
        _ => Err(format!(
            "{id:?} is no sandbox id: 1 to 63 letters, digits, dots, dashes and underscores, a letter or digit first"
        )),
    }
}
