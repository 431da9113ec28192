//! Stopping: started -> stopping -> stopped, or on to destroyed when the sandbox is not to outlive its run.

use super::{State, persist};
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::db::sandbox::Sandbox;
use std::sync::Arc;
use std::time::Duration;

/// How long processes have to end before they are killed.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// Begins to stop a running sandbox and answers with it as `stopping`; the rest happens behind.
pub(crate) async fn begin(app: &Arc<App>, row: Sandbox, grace: Duration) -> ApiResult<Sandbox> {
    if row.state.in_flight() {
        return Err(ApiError::in_progress());
    }
    let Some(row) = app.db.transition(&row.id, &[State::Started], State::Stopping, None).await? else {
        let now = app.db.sandbox(&row.id).await?.map(|row| row.state);
        return Err(match now {
            None => ApiError::no_sandbox(&row.id),
            Some(state) if state.in_flight() => ApiError::in_progress(),
            Some(_) => ApiError::bad_request("Sandbox is not in a stoppable state"),
        });
    };
    app.live.remove(&row.id);
    let (task_app, task_row) = (Arc::clone(app), row.clone());
    app.tasks.spawn(async move { finish(&task_app, &task_row, grace).await });
    Ok(row)
}

/// Does the stopping of a row in state `stopping`.
pub(super) async fn finish(app: &Arc<App>, row: &Sandbox, grace: Duration) {
    let mut outcome = app.engine.stop(&row.id, grace).await;
    if let Err(error) = &outcome {
        // In error it would run on, uncounted, until the next start of the server.
        tracing::error!(sandbox = row.id, %error, "a sandbox could not be stopped; trying once more, by force");
        outcome = app.engine.stop(&row.id, Duration::ZERO).await;
    }
    let (to, reason) = match &outcome {
        // Ephemeral: no moment between stopped and destroying in which it could be started again.
        Ok(_) if row.auto_delete_interval == 0 => (State::Destroying, None),
        Ok(_) => (State::Stopped, row.error_reason.clone()),
        Err(error) => (State::Error, Some(format!("It could not be stopped: {error}"))),
    };
    let written = persist(app, "a sandbox stopped", || {
        app.db.transition(&row.id, &[State::Stopping], to, reason.as_deref())
    });
    let Some(Some(row)) = written.await else { return };
    tracing::info!(sandbox = row.id, state = to.as_str(), "stopped");
    if to == State::Destroying {
        super::destroy::finish(app, &row).await;
    }
    app.pool.refill();
}
