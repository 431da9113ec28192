//! Notices that a sandbox ended by itself: its init died, was killed for memory, or the machine took it.

use super::persist;
use crate::app::App;
use crate::db::sandbox::Sandbox;
use daytona_engine::Exit;
use std::sync::Arc;
use std::time::Duration;

/// Watches this run of a sandbox until it ends or the server does.
pub(super) fn watch(app: &Arc<App>, row: &Sandbox) {
    let (task_app, id, run) = (Arc::clone(app), row.id.clone(), row.run);
    app.waiters.spawn(async move {
        let waited = tokio::select! {
            waited = task_app.engine.wait(&id) => waited,
            () = task_app.ending.cancelled() => return,
        };
        match waited {
            // What follows is work, which is to be finished.
            Ok(exit) => {
                let app = Arc::clone(&task_app);
                drop(task_app.tasks.spawn(async move { ended(&app, &id, run, &exit).await }));
            }
            Err(error) => {
                tracing::error!(sandbox = id, %error, "cannot watch a sandbox: its end will not be noticed");
            }
        }
    });
}

/// Why it ended, for `errorReason`.
pub(super) fn reason(exit: &Exit) -> String {
    let detail = if exit.reason.is_empty() { "its init ended" } else { &exit.reason };
    let cause = if exit.oom { "oom: " } else { "" };
    format!("The sandbox stopped by itself: {cause}{detail}. Its files are kept; start it again to go on.")
}

async fn ended(app: &Arc<App>, id: &str, run: i64, exit: &Exit) {
    let reason = reason(exit);
    // A stop or a removal under way has moved it out of `started` before: then there is nothing to do.
    let Some(Some(row)) = persist(app, "a sandbox ended", || app.db.run_ended(id, run, &reason)).await else {
        return;
    };
    tracing::warn!(sandbox = id, code = exit.code, oom = exit.oom, reason = exit.reason, "ended by itself");
    app.live.remove(id);
    if row.pool {
        app.pool.forget(id);
        super::destroy::now(app, &row).await;
        app.pool.refill();
    } else {
        super::stop::finish(app, &row, Duration::ZERO).await;
    }
}
