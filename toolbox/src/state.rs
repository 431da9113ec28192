//! What all requests share: where the sandbox user lives, the environment of later processes, the reaper.

use crate::git::Locks;
use crate::init::Reaper;
use crate::lsp::LanguageServers;
use crate::process::Sessions;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The environment of a process.
pub(crate) type Env = BTreeMap<OsString, OsString>;

/// Shared by all handlers.
#[derive(Debug)]
pub(crate) struct App {
    /// The sandbox user's home folder.
    pub home: PathBuf,
    /// Where commands run and relative paths start.
    pub workdir: PathBuf,
    /// Starts processes and learns how they end.
    pub reaper: Arc<Reaper>,
    /// Shells that stay.
    pub sessions: Sessions,
    /// Language servers that run.
    pub language_servers: LanguageServers,
    /// Repositories that are being changed.
    pub git: Locks,
    env: Mutex<Env>,
}

impl App {
    /// The state at start, from this process's own surroundings.
    pub(crate) fn new(workdir: PathBuf, reaper: Arc<Reaper>) -> Self {
        let env: Env = std::env::vars_os().collect();
        let home = env.get(OsStr::new("HOME")).filter(|home| Path::new(home).is_absolute());
        let home = home.map(PathBuf::from).or_else(home_from_passwd).unwrap_or_else(|| PathBuf::from("/"));
        let (sessions, language_servers) = (Sessions::default(), LanguageServers::default());
        let git = Locks::default();
        Self { home, workdir, reaper, sessions, language_servers, git, env: Mutex::new(env) }
    }

    /// The environment later processes start with.
    pub(crate) fn env(&self) -> MutexGuard<'_, Env> {
        self.env.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where files that outgrow memory go: a folder of the sandbox, so that its own quota pays.
    pub(crate) fn temp_dir(&self) -> PathBuf {
        let env = self.env();
        let set = env.get(OsStr::new("TMPDIR")).map(PathBuf::from).filter(|dir| dir.is_absolute());
        set.unwrap_or_else(|| PathBuf::from("/tmp"))
    }
}

/// The home folder /etc/passwd gives this user. Read by hand: the C library's lookup loads modules of the
/// image, which a static binary cannot.
fn home_from_passwd() -> Option<PathBuf> {
    let uid = rustix::process::getuid().as_raw().to_string();
    let passwd = std::fs::read("/etc/passwd").ok()?;
    passwd.split(|byte| *byte == b'\n').find_map(|line| {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b':').collect();
        let home = (fields.len() >= 6 && fields[2] == uid.as_bytes()).then(|| fields[5])?;
        home.starts_with(b"/").then(|| PathBuf::from(OsStr::from_bytes(home)))
    })
}
