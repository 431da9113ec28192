//! The warm pool: sandboxes that were started before anyone asked, so that `create` takes about a
//! millisecond.
//!
//! What must stay true: a member is a row with `pool = 1` and belongs to nobody; claiming it is one
//! transaction; members that held somebody's environment are never put back; after a restart members are
//! adopted or removed, never leaked. Members give way when users need the memory.

use super::live::Live;
use super::{State, create, destroy};
use crate::api_error::ApiResult;
use crate::app::App;
use crate::sandbox::defaults;
use crate::sandbox::validate::disk_exceeded;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How long a claim keeps the processor to itself before its replacement is made.
const QUIET: Duration = Duration::from_millis(250);
const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_LAST: Duration = Duration::from_secs(60);

/// Ready members and how many there should be.
#[derive(Debug)]
pub(crate) struct Pool {
    size: usize,
    ready: Mutex<VecDeque<Arc<Live>>>,
    wake: Notify,
}

impl Pool {
    pub(crate) fn new(size: usize) -> Self {
        Self { size, ready: Mutex::default(), wake: Notify::new() }
    }

    /// A member nobody else can take any more.
    pub(super) fn take(&self) -> Option<Arc<Live>> {
        self.lock().pop_front()
    }

    /// Puts back a member that was taken and not changed, or adds a new one.
    pub(super) fn put_back(&self, member: Arc<Live>) {
        self.lock().push_back(member);
    }

    /// Drops a member that ended.
    pub(super) fn forget(&self, id: &str) {
        self.lock().retain(|member| member.id != id);
    }

    /// Removes a member that was taken and cannot be used.
    pub(super) fn discard(&self, app: &Arc<App>, member: Arc<Live>) {
        let task_app = Arc::clone(app);
        app.tasks.spawn(async move { remove(&task_app, &member).await });
        self.refill();
    }

    /// Something changed: see whether members are missing, or too many.
    pub(crate) fn refill(&self) {
        self.wake.notify_one();
    }

    /// How many members can be claimed now.
    pub(crate) fn ready(&self) -> usize {
        self.lock().len()
    }

    /// Whether another member is wanted.
    pub(super) fn wants_more(&self) -> bool {
        self.ready() < self.size
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<Live>>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the pool full until the server ends, and takes it down then: members serve nobody without a server.
pub(crate) async fn keep(app: Arc<App>) {
    if app.pool.size == 0 {
        return;
    }
    let mut retry = RETRY_FIRST;
    while !app.draining.is_cancelled() {
        give_way(&app).await;
        let pause = match fill(&app).await {
            Ok(()) => {
                retry = RETRY_FIRST;
                None
            }
            Err(error) => {
                tracing::warn!(error = %error.message, "the warm pool cannot be filled; trying again later");
                let pause = retry;
                retry = (retry * 2).min(RETRY_LAST);
                Some(pause)
            }
        };
        tokio::select! {
            () = next_round(&app, pause) => {}
            () = app.draining.cancelled() => {}
        }
    }
    while let Some(member) = app.pool.take() {
        remove(&app, &member).await;
    }
}

/// When to look again: after a failure when its pause is over, else when something changed and the one who
/// changed it had the processor to itself for a moment.
async fn next_round(app: &App, pause: Option<Duration>) {
    if let Some(pause) = pause {
        tokio::time::sleep(pause).await;
        return;
    }
    app.pool.wake.notified().await;
    if app.pool.ready() > 0 {
        tokio::time::sleep(QUIET).await;
    }
}

async fn fill(app: &Arc<App>) -> ApiResult<()> {
    while app.pool.wants_more() && !app.draining.is_cancelled() {
        // No room on the disk for what nobody has asked for yet. Nothing wakes the loop when there is some again, so
        // it is looked at as after a failure.
        if app.machine.disk_left_gib() < defaults::DISK_GIB {
            return Err(disk_exceeded());
        }
        match create::cold(app, &defaults::pool_member(), None).await {
            Ok((_, member)) => add(app, member).await?,
            // No room is no fault: the next stop or removal wakes the loop.
            Err(error) if error.code.is_some() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Adds a member that has just started. One that ended before it was in was forgotten before it was known.
async fn add(app: &App, member: Arc<Live>) -> ApiResult<()> {
    let id = member.id.clone();
    app.pool.put_back(member);
    if app.db.sandbox(&id).await?.is_none_or(|row| row.state != State::Started) {
        app.pool.forget(&id);
    }
    Ok(())
}

/// Removes a member that nobody else can take; how much memory that gives back, in GiB.
async fn remove(app: &Arc<App>, member: &Live) -> u32 {
    match app.db.sandbox(&member.id).await {
        Ok(Some(row)) if row.pool && row.state == State::Started => {
            destroy::now(app, &row).await;
            row.memory
        }
        Ok(_) => 0,
        Err(error) => {
            tracing::error!(sandbox = member.id, %error, "cannot remove a warm sandbox; the next start will");
            0
        }
    }
}

/// Removes members while all sandboxes together pass the limit on memory.
async fn give_way(app: &Arc<App>) {
    let Ok(used) = app.db.memory_in_use().await else { return };
    let mut over = used - i64::from(app.machine.promised_gib);
    while over > 0 {
        let Some(member) = app.pool.take() else { return };
        tracing::info!(sandbox = member.id, "a warm sandbox gives way");
        over -= i64::from(remove(app, &member).await);
    }
}
