//! `Client`: the configured connection; what the TypeScript class `Daytona` stands on.

use crate::args::{Config, Create, Js};
use crate::call::{CancelToken, promise};
use crate::error;
use crate::made::Made;
use crate::sandbox::Sandbox;
use daytona_core::config::env_vars;
use daytona_core::{ClientOptions, Environment, SETTLING, Timeout};
use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The configured connection to one Daytona API.
#[napi]
pub struct Client {
    core: daytona_core::Client,
}

#[napi]
impl Client {
    /// Resolves the configuration. `binary` is the `daytona` executable shipped in the package, if it is there;
    /// `variables` and `folder` are JavaScript's own environment and working folder, an empty one when it has none.
    #[napi(constructor)]
    pub fn new(
        config: Js<Option<Config>>,
        binary: Js<Option<String>>,
        variables: Js<BTreeMap<String, String>>,
        folder: Js<String>,
    ) -> napi::Result<Self> {
        let options = ClientOptions {
            config: config.0.unwrap_or_default().into(),
            source: "sdk-typescript",
            sdk_version: env!("CARGO_PKG_VERSION").to_owned(),
            daytona_binary: binary.0.map(PathBuf::from),
        };
        daytona_core::Client::with_environment(options, &Environment::new(variables.0, folder.0))
            .map(|core| Self { core })
            .map_err(|refused| error::to_js(&refused))
    }

    /// The API key in use.
    #[napi(getter)]
    pub fn api_key(&self) -> Option<&str> {
        self.core.config().api_key()
    }

    /// The JWT in use.
    #[napi(getter)]
    pub fn jwt_token(&self) -> Option<&str> {
        self.core.config().jwt_token()
    }

    /// The organization a JWT acts for.
    #[napi(getter)]
    pub fn organization_id(&self) -> Option<&str> {
        self.core.config().organization_id()
    }

    /// The API's URL; absent for the local target, whose server has one only while it runs.
    #[napi(getter)]
    pub fn api_url(&self) -> Option<&str> {
        self.core.config().api_url()
    }

    /// Where sandboxes are created.
    #[napi(getter)]
    pub fn target(&self) -> &str {
        self.core.config().target()
    }

    /// What the user should hear about the configuration.
    #[napi(getter)]
    pub fn warnings(&self) -> Vec<String> {
        self.core.config().warnings().to_vec()
    }

    /// Older names of settings that were used.
    #[napi(getter)]
    pub fn deprecations(&self) -> Vec<String> {
        self.core.config().deprecations().to_vec()
    }

    /// Creates a sandbox and waits until it has started. `seconds` is absent when none were given, and 0 for no limit.
    #[napi]
    pub fn create<'env>(
        &self,
        env: &'env Env,
        params: Js<Option<Create>>,
        seconds: Js<Option<f64>>,
        deprecated: Js<Option<f64>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Made>> {
        let timeout =
            Timeout::of_create(seconds.0, deprecated.0).map_err(|refused| error::to_js(&refused))?;
        let core = self.core.clone();
        let params = params.0.unwrap_or_default().into();
        promise(env, cancel, async move {
            let sandbox = core.create(params, timeout).await?;
            Ok(Made::new(sandbox, core))
        })
    }

    /// Settles when the sandboxes of cancelled and timed-out `create` calls are removed, after a few seconds at most. What
    /// waits for it keeps the process, which else could end before the removal was sent.
    #[napi]
    pub fn settle<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, None, async move {
            core.settle(SETTLING).await;
            Ok(())
        })
    }

    /// The sandbox with this id or name.
    #[napi]
    pub fn get<'env>(
        &self,
        env: &'env Env,
        id: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Sandbox>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.get(&id.0).await.map(Sandbox::from) })
    }

    /// The sandboxes that carry all these labels.
    #[napi]
    pub fn list<'env>(
        &self,
        env: &'env Env,
        labels: Js<Option<BTreeMap<String, String>>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Vec<Sandbox>>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            let sandboxes = core.list(labels.0).await?;
            Ok(sandboxes.into_iter().map(Sandbox::from).collect())
        })
    }
}

/// The environment variables a client reads.
#[napi]
#[must_use]
pub fn environment_names() -> Vec<&'static str> {
    env_vars::ALL.to_vec()
}
