//! Removing: any resting state -> destroying -> no row.

use super::{State, persist};
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::db::sandbox::Sandbox;
use std::sync::Arc;
use std::time::Duration;

/// Who waits for a change to end looks whether it has, so often.
const LOOKING_AGAIN: Duration = Duration::from_millis(50);

/// Begins to remove a sandbox and answers with it as `destroying`; the rest happens behind.
pub(crate) async fn begin(app: &Arc<App>, row: Sandbox) -> ApiResult<Sandbox> {
    let resting = [State::Started, State::Stopped, State::Error];
    let Some(row) = app.db.transition(&row.id, &resting, State::Destroying, None).await? else {
        // One that is going is gone for everybody else.
        let now = app.db.sandbox(&row.id).await?.filter(|now| now.state != State::Destroying);
        return Err(if now.is_none() { ApiError::no_sandbox(&row.id) } else { ApiError::in_progress() });
    };
    app.live.remove(&row.id);
    let (task_app, task_row) = (Arc::clone(app), row.clone());
    app.tasks.spawn(async move { finish(&task_app, &task_row).await });
    Ok(row)
}

/// Like `begin`, once whatever change it is in is over: what a client deletes for not having got it in time must not
/// be there later.
pub(crate) async fn begin_forced(app: &Arc<App>, row: Sandbox) -> ApiResult<Sandbox> {
    let mut row = row;
    while row.state.in_flight() && row.state != State::Destroying {
        tokio::time::sleep(LOOKING_AGAIN).await;
        let now = app.db.sandbox(&row.id).await?;
        row = now.ok_or_else(|| ApiError::no_sandbox(&row.id))?;
    }
    begin(app, row).await
}

/// Removes a sandbox nobody else works on, whatever state its row is in.
pub(super) async fn now(app: &Arc<App>, row: &Sandbox) {
    let from = [row.state];
    let begun = persist(app, "begin to remove a sandbox", || {
        app.db.transition(&row.id, &from, State::Destroying, None)
    });
    if let Some(Some(row)) = begun.await {
        finish(app, &row).await;
    }
}

/// Does the removing of a row in state `destroying`.
pub(super) async fn finish(app: &Arc<App>, row: &Sandbox) {
    app.previews.close(&row.id).await;
    match app.engine.destroy(&row.id).await {
        Ok(()) => {
            tracing::info!(sandbox = row.id, "removed");
            persist(app, "a sandbox was removed", || app.db.delete_sandbox(&row.id)).await;
        }
        Err(error) => {
            tracing::error!(sandbox = row.id, %error, "a sandbox could not be removed");
            let reason = format!("It could not be removed: {error}. Delete it again to retry.");
            persist(app, "a sandbox could not be removed", || {
                app.db.transition(&row.id, &[State::Destroying], State::Error, Some(&reason))
            })
            .await;
        }
    }
    app.pool.refill();
}
