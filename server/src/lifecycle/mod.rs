//! What happens to sandboxes: each verb drives the engine and the database through one change of state.
//!
//! What must stay true: a change is in the database before anyone is told of it; work that was begun is
//! finished whether or not the client still listens; after a crash `reconcile` brings database and engine
//! back into agreement.

pub(crate) mod activity;
pub(crate) mod create;
pub(crate) mod destroy;
pub(crate) mod limits;
pub(crate) mod live;
pub(crate) mod pool;
pub(crate) mod reconcile;
pub(crate) mod spec;
pub(crate) mod start;
mod state;
pub(crate) mod stop;
pub(crate) mod sweep;
mod watch;

pub(crate) use state::State;

use crate::app::App;
use std::time::Duration;

/// Repeats a write that nobody waits for until the database takes it (its disk may be full for a while) or
/// the server ends; `reconcile` does it at the next start then.
async fn persist<T, F>(app: &App, what: &'static str, mut write: impl FnMut() -> F) -> Option<T>
where
    F: Future<Output = sqlx::Result<T>>,
{
    loop {
        match write().await {
            Ok(value) => return Some(value),
            Err(error) => tracing::error!(what, %error, "the database did not take a change; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = app.ending.cancelled() => return None,
        }
    }
}
