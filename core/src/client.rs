//! The entry point: a configured client.

use crate::local::LocalTarget;
use crate::sandbox::{self, CreateParams, Sandbox};
use crate::transport::Transport;
use crate::{Config, ConfigOptions, Environment, Result, Timeout, VERSION};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How a binding makes a client.
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    /// What the caller configured.
    pub config: ConfigOptions,
    /// Which binding speaks: `sdk-python`, `sdk-typescript`, `cli`.
    pub source: &'static str,
    /// Version of that binding; core's own when empty.
    pub sdk_version: String,
    /// The `daytona` binary shipped in the package, for the local target.
    pub daytona_binary: Option<PathBuf>,
}

/// A client of one Daytona API.
#[derive(Clone, Debug)]
pub struct Client {
    config: Arc<Config>,
    transport: Arc<Transport>,
}

impl Client {
    /// Resolves the configuration from this process; makes no connection.
    ///
    /// # Errors
    /// See [`Config::resolve`].
    pub fn new(options: ClientOptions) -> Result<Self> {
        Self::with_environment(options, &Environment::from_process())
    }

    /// The same from a given environment.
    ///
    /// # Errors
    /// See [`Config::resolve`].
    pub fn with_environment(options: ClientOptions, environment: &Environment) -> Result<Self> {
        let config = Arc::new(Config::resolve(options.config, environment)?);
        let local = LocalTarget::new(environment, options.daytona_binary);
        let version = if options.sdk_version.is_empty() { VERSION } else { &options.sdk_version };
        let source = if options.source.is_empty() { "sdk-rust" } else { options.source };
        let transport = Arc::new(Transport::new(Arc::clone(&config), source, version, local)?);
        Ok(Self { config, transport })
    }

    /// The configuration it resolved.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Makes a sandbox and returns when it is started. On failure, timeout or cancellation none is left.
    ///
    /// At the timeout, or when the future is dropped, the caller is free at once; what was begun is removed in the
    /// background, on the Tokio runtime the call ran on. A program that drops that runtime soon after, at the end
    /// of `main` say, calls [`Self::settle`] first: the sandbox would stay otherwise.
    ///
    /// When the connection breaks before the answer is there, and the API is not the local server (which is asked
    /// again, and makes no second sandbox), nobody knows whether a sandbox was made. The error says so.
    ///
    /// # Errors
    /// Any code of a request; `SandboxState` when it reached the error state; `Timeout`.
    pub async fn create(&self, params: CreateParams, timeout: Timeout) -> Result<Sandbox> {
        sandbox::create(&self.transport, &params, timeout).await
    }

    /// The sandbox with that id or name.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn get(&self, id: &str) -> Result<Sandbox> {
        sandbox::get(&self.transport, id).await
    }

    /// All sandboxes, or those that carry all of `labels`.
    ///
    /// # Errors
    /// Any code of a request.
    pub async fn list(&self, labels: Option<BTreeMap<String, String>>) -> Result<Vec<Sandbox>> {
        sandbox::list(&self.transport, labels).await
    }

    /// Drops pooled connections. The client stays usable.
    pub fn close(&self) {
        self.transport.close();
    }

    /// Removes, in the background, a sandbox that `create` made for a caller who was interrupted before it
    /// could take it. Returns at once; [`Self::settle`] waits. To be called in the context of a Tokio runtime.
    pub fn abandon(&self, sandbox: Sandbox) {
        sandbox.abandon_in_background();
    }

    /// Waits until sandboxes whose `create` timed out or was cancelled, and abandoned ones, are removed, at most
    /// `patience`; [`SETTLING`](crate::SETTLING) is what the packages and the command wait when the process ends.
    /// It returns at once when there is nothing to remove.
    ///
    /// ```no_run
    /// # async fn script(client: daytona_core::Client) {
    /// use daytona_core::{CreateParams, Timeout};
    /// let soon = Timeout::after(std::time::Duration::from_secs(5));
    /// if let Err(error) = client.create(CreateParams::default(), soon).await {
    ///     eprintln!("{error}");
    ///     client.settle(daytona_core::SETTLING).await;
    /// }
    /// # }
    /// ```
    pub async fn settle(&self, patience: Duration) {
        self.transport.settle(patience).await;
    }
}
