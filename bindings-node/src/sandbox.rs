//! `Sandbox`: one sandbox's life, and the way to its processes, files, repositories and language servers.

use crate::args::{Js, timeout};
use crate::call::{CancelToken, promise};
use crate::error;
use crate::files::Files;
use crate::git::Git;
use crate::lsp::LspServer;
use crate::process::Process;
use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;
use std::collections::{BTreeMap, HashMap};

/// A handle on one sandbox; it remembers the latest known copy of the resource.
#[napi]
pub struct Sandbox {
    core: daytona_core::Sandbox,
}

impl From<daytona_core::Sandbox> for Sandbox {
    fn from(core: daytona_core::Sandbox) -> Self {
        Self { core }
    }
}

/// The resource as the public API shows it (`sandbox.instance`).
#[napi(object, object_from_js = false)]
pub struct SandboxInstance {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The image it was made from.
    pub image: Option<String>,
    /// The user that commands run as.
    pub user: String,
    /// Environment of every process in it.
    pub env: HashMap<String, String>,
    /// Its labels.
    pub labels: HashMap<String, String>,
    /// Whether preview links need no token.
    pub public: bool,
    /// Its region.
    pub target: String,
    /// Cores.
    pub cpu: f64,
    /// GPUs.
    pub gpu: f64,
    /// Memory in GB.
    pub memory: f64,
    /// Disk in GB.
    pub disk: f64,
    /// Where it is in its life.
    pub state: Option<String>,
    /// Why it is in the error state.
    pub error_reason: Option<String>,
    /// State of its last backup.
    pub snapshot_state: Option<String>,
    /// When it was last backed up.
    pub snapshot_created_at: Option<String>,
    /// Minutes without activity until it is stopped.
    pub auto_stop_interval: Option<f64>,
    /// When it was made.
    pub created_at: Option<String>,
    /// When it last changed.
    pub updated_at: Option<String>,
    /// Its class.
    pub class_name: Option<String>,
}

/// Where a port of a sandbox is reached.
#[napi(object, object_from_js = false)]
pub struct PortPreviewUrl {
    /// The URL.
    pub url: String,
    /// What opens it.
    pub token: String,
}

impl From<daytona_protocol::sandbox::Sandbox> for SandboxInstance {
    fn from(data: daytona_protocol::sandbox::Sandbox) -> Self {
        Self {
            id: data.id,
            name: data.name,
            image: data.snapshot,
            user: data.user,
            env: data.env.into_iter().collect(),
            labels: data.labels.into_iter().collect(),
            public: data.public,
            target: data.target,
            cpu: data.cpu,
            gpu: data.gpu,
            memory: data.memory,
            disk: data.disk,
            state: data.state.map(|state| state.as_str().to_owned()),
            error_reason: data.error_reason,
            snapshot_state: data.backup_state,
            snapshot_created_at: data.backup_created_at,
            auto_stop_interval: data.auto_stop_interval,
            created_at: data.created_at,
            updated_at: data.updated_at,
            class_name: data.sandbox_class,
        }
    }
}

#[napi]
impl Sandbox {
    /// Its id.
    #[napi(getter)]
    pub fn id(&self) -> String {
        self.core.id()
    }

    /// The latest known copy of the resource.
    #[napi(getter)]
    pub fn instance(&self) -> SandboxInstance {
        self.core.data().into()
    }

    /// Runs commands and code in it.
    #[napi]
    pub fn process(&self) -> Process {
        self.core.process().into()
    }

    /// Moves files in and out of it.
    #[napi]
    pub fn files(&self) -> Files {
        self.core.fs().into()
    }

    /// Works on its repositories.
    #[napi]
    pub fn git(&self) -> Git {
        self.core.git().into()
    }

    /// A language server for one of its projects; nothing is sent yet.
    #[napi]
    pub fn create_lsp_server(&self, language: Js<String>, project: Js<String>) -> napi::Result<LspServer> {
        let core = self.core.create_lsp_server(&language.0, &project.0);
        core.map(LspServer::from).map_err(|refused| error::to_js(&refused))
    }

    /// Where a port of it is reached.
    #[napi]
    pub fn preview_link<'env>(
        &self,
        env: &'env Env,
        port: Js<u16>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, PortPreviewUrl>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            let link = core.get_preview_link(port.0).await?;
            Ok(PortPreviewUrl { url: link.url, token: link.token })
        })
    }

    /// Starts it and waits until it has started.
    #[napi]
    pub fn start<'env>(
        &self,
        env: &'env Env,
        seconds: Js<Option<f64>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let (core, timeout) = (self.core.clone(), timeout(seconds)?);
        promise(env, cancel, async move { core.start(timeout).await })
    }

    /// Stops it and waits until it has stopped.
    #[napi]
    pub fn stop<'env>(
        &self,
        env: &'env Env,
        seconds: Js<Option<f64>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let (core, timeout) = (self.core.clone(), timeout(seconds)?);
        promise(env, cancel, async move { core.stop(timeout).await })
    }

    /// Destroys it.
    #[napi]
    pub fn delete<'env>(
        &self,
        env: &'env Env,
        seconds: Js<Option<f64>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let (core, timeout) = (self.core.clone(), timeout(seconds)?);
        promise(env, cancel, async move { core.delete(timeout).await })
    }

    /// Waits until it has started.
    #[napi]
    pub fn wait_until_started<'env>(
        &self,
        env: &'env Env,
        seconds: Js<Option<f64>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let (core, timeout) = (self.core.clone(), timeout(seconds)?);
        promise(env, cancel, async move { core.wait_until_started(timeout).await })
    }

    /// Waits until it has stopped.
    #[napi]
    pub fn wait_until_stopped<'env>(
        &self,
        env: &'env Env,
        seconds: Js<Option<f64>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let (core, timeout) = (self.core.clone(), timeout(seconds)?);
        promise(env, cancel, async move { core.wait_until_stopped(timeout).await })
    }

    /// Reads the resource anew.
    #[napi]
    pub fn refresh<'env>(
        &self,
        env: &'env Env,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.refresh().await })
    }

    /// Moves a stopped sandbox into the archive.
    #[napi]
    pub fn archive<'env>(
        &self,
        env: &'env Env,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.archive().await })
    }

    /// Replaces its labels; answers those it has afterwards.
    #[napi]
    pub fn set_labels<'env>(
        &self,
        env: &'env Env,
        labels: Js<BTreeMap<String, String>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, HashMap<String, String>>> {
        let core = self.core.clone();
        promise(env, cancel, async move { Ok(core.set_labels(labels.0).await?.into_iter().collect()) })
    }

    /// Sets the minutes without activity until it is stopped.
    #[napi]
    pub fn set_auto_stop_interval<'env>(
        &self,
        env: &'env Env,
        minutes: Js<i32>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.set_auto_stop_interval(minutes.0).await })
    }

    /// The home folder of its user.
    #[napi]
    pub fn user_root_dir<'env>(
        &self,
        env: &'env Env,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.user_root_dir().await })
    }
}
