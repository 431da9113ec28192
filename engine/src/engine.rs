//! What any engine can do with a sandbox.

use crate::{Report, Result, SandboxSpec};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Runs sandboxes. Implementations keep no state in memory that a restart would lose: everything needed to
/// find a sandbox again lies in its folder.
#[async_trait]
pub trait Engine: Send + Sync + std::fmt::Debug {
    /// `namespaces`, `oci`.
    fn name(&self) -> &'static str;

    /// Makes the sandbox's folder and its writable layer (from the spec alone), without starting anything.
    ///
    /// # Errors
    /// When the folder or its file system cannot be made; nothing is left behind then.
    async fn create(&self, spec: &SandboxSpec) -> Result<()>;

    /// Starts a created or stopped sandbox and returns when its toolbox listens on [`Engine::socket`].
    /// `env` in the spec is read anew at each start. The sandbox outlives this process.
    ///
    /// # Errors
    /// When a step of the launch fails; nothing runs then, and the files are kept.
    async fn start(&self, spec: &SandboxSpec) -> Result<()>;

    /// Asks the sandbox's init to end, kills everything in it after `grace`, and waits until no process,
    /// mount, cgroup or network device of it is left. Stopping a stopped sandbox is no error. Files stay.
    ///
    /// # Errors
    /// When processes or devices remain after the kill.
    async fn stop(&self, id: &str, grace: Duration) -> Result<Exit>;

    /// Kills it if it runs and removes everything, files included. Removing what is not there is no error.
    ///
    /// # Errors
    /// When something of it remains.
    async fn destroy(&self, id: &str) -> Result<()>;

    /// What really is, read from the system and not from memory.
    ///
    /// # Errors
    /// When the sandbox's folder cannot be read.
    async fn status(&self, id: &str) -> Result<Status>;

    /// Resolves when a running sandbox has ended, by itself or by `stop`.
    ///
    /// # Errors
    /// When the sandbox cannot be watched.
    async fn wait(&self, id: &str) -> Result<Exit>;

    /// What is enforced in a sandbox's present or last run, and what this machine could not give. None when it never
    /// ran, or the record was lost.
    ///
    /// # Errors
    /// When the report is there and cannot be read.
    async fn report(&self, id: &str) -> Result<Option<Report>>;

    /// Every sandbox that has a folder, running or not.
    ///
    /// # Errors
    /// When the folder of sandboxes cannot be read.
    async fn list(&self) -> Result<Vec<String>>;

    /// The unix socket its toolbox listens on, on the host. May be longer than a socket address holds:
    /// connect with [`crate::connect()`].
    fn socket(&self, id: &str) -> PathBuf;
}

/// Whether a sandbox runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its init runs.
    Running,
    /// Its folder is there and nothing of it runs.
    Stopped(Exit),
    /// There is no folder.
    Absent,
}

/// How a sandbox ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Exit code of its init; 128 + n for signal n; none when it never ran or the record was lost.
    pub code: Option<i32>,
    /// Whether the kernel killed in it for lack of memory.
    pub oom: bool,
    /// One line for people.
    pub reason: String,
}
