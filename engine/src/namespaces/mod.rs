//! The built-in engine: Linux namespaces, made by `daytona-launcher`.
//!
//! This side only keeps folders, starts launchers and finds their monitors again. It keeps nothing in memory, so a
//! restarted server sees exactly what runs.

mod files;
mod monitor;
mod start;

use crate::folder::Folder;
use crate::{Engine, Error, Exit, Report, Result, SandboxSpec, Status, leftovers, remove, spec};
use async_trait::async_trait;
pub(crate) use files::mkfs;
use monitor::Monitor;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// How long the kernel may take to end what was killed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the engine finds and keeps things.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Holds one folder for each sandbox.
    pub sandboxes_dir: PathBuf,
    /// The `daytona-launcher` program.
    pub launcher: PathBuf,
    /// The `daytona-toolbox` program.
    pub toolbox: PathBuf,
}

/// Runs sandboxes in Linux namespaces.
#[derive(Clone, Debug)]
pub struct NamespaceEngine {
    options: EngineOptions,
    launcher_env: Vec<(String, String)>,
}

impl NamespaceEngine {
    /// Makes the engine; touches nothing.
    #[must_use]
    pub fn new(options: EngineOptions) -> Self {
        Self { options, launcher_env: Vec::new() }
    }

    /// Sets a variable in the launcher's environment, which is empty but for `PATH` otherwise.
    #[must_use]
    pub fn with_launcher_env(mut self, name: &str, value: &str) -> Self {
        self.launcher_env.push((name.to_owned(), value.to_owned()));
        self
    }

    fn folder(&self, id: &str) -> Result<Folder> {
        spec::check_id(id).map_err(|reason| Error::Launch {
            id: id.chars().take(64).collect(),
            step: "check the id".to_owned(),
            reason,
        })?;
        Ok(Folder::new(self.options.sandboxes_dir.join(id)))
    }

    /// The folder of a spec, which must be the one this engine would give it.
    fn folder_of(&self, spec: &SandboxSpec) -> Result<Folder> {
        let folder = self.folder(&spec.id)?;
        if folder.path() == spec.dir {
            return Ok(folder);
        }
        Err(Error::Launch {
            id: spec.id.clone(),
            step: "check the spec".to_owned(),
            reason: format!("its folder is {} and must be {}", spec.dir.display(), folder.path().display()),
        })
    }

    /// Ends what runs of a sandbox and leaves nothing but its files.
    async fn end(&self, id: &str, folder: &Folder, grace: Duration) -> Result<()> {
        if let Some(monitor) = find(id, folder).await? {
            monitor.stop(id, grace).await?;
        }
        let folder = folder.clone();
        blocking(id, "clean up after the monitor", move || match leftovers::clean_if_ended(&folder)? {
            true => Ok(()),
            false => Err(io::Error::other("it was started again meanwhile")),
        })
        .await
    }

    async fn last_exit(&self, id: &str, folder: &Folder) -> Result<Exit> {
        let folder = folder.clone();
        let exit = blocking(id, "read exit.json", move || folder.read_exit()).await?;
        Ok(exit.unwrap_or_else(|| Exit {
            reason: "it left no record of its end: it never ran, or its monitor was killed".to_owned(),
            ..Exit::default()
        }))
    }
}

#[async_trait]
impl Engine for NamespaceEngine {
    fn name(&self) -> &'static str {
        "namespaces"
    }

    async fn create(&self, spec: &SandboxSpec) -> Result<()> {
        let folder = self.folder_of(spec)?;
        let owned = spec.clone();
        blocking(&spec.id, "make its folder", move || files::create(&folder, &owned)).await
    }

    async fn start(&self, spec: &SandboxSpec) -> Result<()> {
        let folder = self.folder_of(spec)?;
        if !folder.path().is_dir() {
            return Err(Error::NotFound { id: spec.id.clone() });
        }
        let (target, owned) = (folder.clone(), spec.clone());
        blocking(&spec.id, "write spec.json", move || target.write_spec(&owned)).await?;
        start::start(&self.options, &self.launcher_env, &spec.id, &folder).await
    }

    async fn stop(&self, id: &str, grace: Duration) -> Result<Exit> {
        let folder = self.folder(id)?;
        if !folder.path().is_dir() {
            return Err(Error::NotFound { id: id.to_owned() });
        }
        self.end(id, &folder, grace).await?;
        self.last_exit(id, &folder).await
    }

    async fn destroy(&self, id: &str) -> Result<()> {
        let folder = self.folder(id)?;
        if !folder.path().exists() {
            return Ok(());
        }
        self.end(id, &folder, Duration::ZERO).await?;
        blocking(id, "remove its folder", move || remove::remove_tree(folder.path())).await
    }

    async fn status(&self, id: &str) -> Result<Status> {
        let folder = self.folder(id)?;
        if !folder.path().is_dir() {
            return Ok(Status::Absent);
        }
        if find(id, &folder).await?.is_some() {
            return Ok(Status::Running);
        }
        // A monitor that was killed may have left an init that escaped dying with it.
        let target = folder.clone();
        if !blocking(id, "clean up after the monitor", move || leftovers::clean_if_ended(&target)).await? {
            // It was started in the meantime.
            return Ok(Status::Running);
        }
        Ok(Status::Stopped(self.last_exit(id, &folder).await?))
    }

    async fn wait(&self, id: &str) -> Result<Exit> {
        let folder = self.folder(id)?;
        if let Some(monitor) = find(id, &folder).await? {
            monitor.ended(id).await?;
        }
        self.last_exit(id, &folder).await
    }

    async fn report(&self, id: &str) -> Result<Option<Report>> {
        let folder = self.folder(id)?;
        blocking(id, "read report.json", move || folder.read_report()).await
    }

    async fn list(&self) -> Result<Vec<String>> {
        let dir = self.options.sandboxes_dir.clone();
        // A server lists when it begins, which is the time to clear away what no folder tells of any more.
        if let Ok(Err(error)) = tokio::task::spawn_blocking(crate::cgroup::sweep).await {
            tracing::debug!(%error, "control groups cannot be looked through");
        }
        blocking("*", "list the sandboxes", move || files::list(&dir)).await
    }

    fn socket(&self, id: &str) -> PathBuf {
        Folder::new(self.options.sandboxes_dir.join(id)).socket()
    }
}

async fn find(id: &str, folder: &Folder) -> Result<Option<Monitor>> {
    let folder = folder.clone();
    blocking(id, "look for its monitor", move || Monitor::find(&folder)).await
}

/// Runs file work off the runtime's threads and names the sandbox in what goes wrong.
async fn blocking<T: Send + 'static>(
    id: &str,
    what: &str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)));
    done.map_err(|source| Error::Io { id: id.to_owned(), what: what.to_owned(), source })
}
