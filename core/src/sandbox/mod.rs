//! Sandboxes: the handle, and one file per verb.

mod archive;
mod auto_stop;
mod create;
mod delete;
mod get;
mod labels;
mod list;
mod params;
mod preview_link;
mod public;
mod start;
mod stop;
mod toolbox;
mod user_root_dir;
mod wait;

pub(crate) use create::create;
pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use params::DEFAULT_LANGUAGE;
pub use params::{CreateParams, Resources};
pub use preview_link::PreviewLink;

use crate::transport::{Base, Transport};
use crate::{FileSystem, Git, Process};
use arc_swap::{ArcSwap, ArcSwapOption};
use daytona_protocol::sandbox::{self as wire, LANGUAGE_LABEL};
use std::sync::Arc;
use std::time::Duration;

/// How long a control-plane call without a timeout of its own may take.
pub(crate) const CONTROL_TIMEOUT: crate::Timeout = crate::Timeout::after(Duration::from_secs(60));

/// A sandbox of a client. Clones are the same sandbox.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    transport: Arc<Transport>,
    /// What the server last said.
    data: ArcSwap<wire::Sandbox>,
    /// The toolbox proxy, where the server names it only on request.
    proxy_url: ArcSwapOption<String>,
    home: ArcSwapOption<String>,
}

impl Sandbox {
    pub(crate) fn new(transport: Arc<Transport>, data: wire::Sandbox) -> Self {
        Self(Arc::new(Inner {
            transport,
            data: ArcSwap::from_pointee(data),
            proxy_url: ArcSwapOption::empty(),
            home: ArcSwapOption::empty(),
        }))
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> String {
        self.0.data.load().id.clone()
    }

    /// The language `code_run` runs, as its label says.
    #[must_use]
    pub fn language(&self) -> Option<String> {
        self.0.data.load().labels.get(LANGUAGE_LABEL).cloned()
    }

    /// What the server last said of it.
    #[must_use]
    pub fn data(&self) -> wire::Sandbox {
        wire::Sandbox::clone(&self.0.data.load())
    }

    /// Runs processes in it.
    #[must_use]
    pub fn process(&self) -> Process {
        Process::new(self.clone())
    }

    /// Moves files in and out.
    #[must_use]
    pub fn fs(&self) -> FileSystem {
        FileSystem::new(self.clone())
    }

    /// Works on git repositories in it.
    #[must_use]
    pub fn git(&self) -> Git {
        Git::new(self.clone())
    }

    pub(crate) fn transport(&self) -> &Arc<Transport> {
        &self.0.transport
    }

    /// Replaces what is known, unless the server answered with something else than this sandbox.
    fn learn(&self, data: wire::Sandbox) {
        if !data.id.is_empty() {
            self.0.data.store(Arc::new(data));
        }
    }

    /// Changes what is known, after the server confirmed the change.
    fn amend(&self, change: impl Fn(&mut wire::Sandbox)) {
        self.0.data.rcu(|data| {
            let mut data = wire::Sandbox::clone(data);
            change(&mut data);
            data
        });
    }
}

/// The control plane.
const API: Base<'static> = Base::Api;

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let data = self.0.data.load();
        f.debug_struct("Sandbox").field("id", &data.id).field("state", &data.state).finish_non_exhaustive()
    }
}
