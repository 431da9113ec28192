//! The sandboxes that run, in memory: how to reach each one's toolbox and when it was last used.
//!
//! What must stay true: a sandbox is here only while the database says `started`; it is taken out before it
//! is stopped, so that nothing new is sent to one that is ending.

use crate::clock;
use crate::db::sandbox::Sandbox;
use crate::proxy::{PortClient, ToolboxClient};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A running sandbox.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    pub(crate) toolbox: ToolboxClient,
    pub(crate) ports: PortClient,
    last_activity: AtomicI64,
    in_use: AtomicUsize,
}

impl Live {
    pub(crate) fn new(row: &Sandbox, socket: PathBuf) -> Arc<Self> {
        Arc::new(Self {
            id: row.id.clone(),
            organization_id: row.organization_id.clone(),
            toolbox: ToolboxClient::new(socket.clone()),
            ports: PortClient::new(socket),
            last_activity: AtomicI64::new(row.last_activity_at),
            in_use: AtomicUsize::new(0),
        })
    }

    /// Notes use until the answer is dropped: a call that runs for an hour is an hour of activity.
    pub(crate) fn enter(self: &Arc<Self>) -> InUse {
        self.in_use.fetch_add(1, Ordering::Relaxed);
        self.touch();
        InUse(Arc::clone(self))
    }

    /// Notes use at this moment.
    pub(crate) fn touch(&self) {
        self.last_activity.fetch_max(clock::now(), Ordering::Relaxed);
    }

    /// When it was last used; now, while it is.
    pub(crate) fn last_activity(&self) -> i64 {
        if self.in_use.load(Ordering::Relaxed) > 0 {
            self.touch();
        }
        self.last_activity.load(Ordering::Relaxed)
    }
}

/// One use of a sandbox that has not ended.
#[derive(Debug)]
pub(crate) struct InUse(Arc<Live>);

impl Drop for InUse {
    fn drop(&mut self) {
        self.0.touch();
        self.0.in_use.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All running sandboxes that somebody has claimed.
#[derive(Debug, Default)]
pub(crate) struct Registry(RwLock<HashMap<String, Arc<Live>>>);

impl Registry {
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Live>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub(crate) fn insert(&self, live: Arc<Live>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(live.id.clone(), live);
    }

    pub(crate) fn remove(&self, id: &str) -> Option<Arc<Live>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(id)
    }

    pub(crate) fn all(&self) -> Vec<Arc<Live>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}
