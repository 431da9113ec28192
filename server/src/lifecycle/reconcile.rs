//! Start-up: brings the database into agreement with what really runs.
//!
//! What must stay true: what was acknowledged stands; what was in flight is completed or rolled back; what
//! runs without a row is removed. Slow endings go on behind, under states that keep others off.

use super::{State, destroy, persist, start, stop, watch};
use crate::app::App;
use crate::db::sandbox::Sandbox;
use crate::error::{Error, Result};
use daytona_engine::Status;
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::HashSet;
use std::sync::Arc;

/// How many sandboxes are looked at at the same time.
const AT_ONCE: usize = 16;

/// Runs once, before the first request.
pub(crate) async fn reconcile(app: &Arc<App>) -> Result<()> {
    let database = |source| Error::Database { path: app.database(), source };
    app.db.purge_idempotency().await.map_err(database)?;
    let rows = app.db.all_sandboxes().await.map_err(database)?;
    let known: HashSet<String> = rows.iter().map(|row| row.id.clone()).collect();
    let orphans: Vec<String> =
        app.engine.list().await?.into_iter().filter(|id| !known.contains(id)).collect();
    stream::iter(orphans)
        .for_each_concurrent(AT_ONCE, |id| async move {
            tracing::warn!(sandbox = id, "removing a sandbox the database does not know");
            if let Err(error) = app.engine.destroy(&id).await {
                tracing::error!(sandbox = id, %error, "cannot remove it; trying again at the next start");
            }
        })
        .await;
    stream::iter(rows)
        .map(|row| async move { settle(app, &row, app.engine.status(&row.id).await).await.map_err(database) })
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    if !known.is_empty() {
        tracing::info!(sandboxes = known.len(), running = app.live.all().len(), "found again");
    }
    Ok(())
}

async fn settle(app: &Arc<App>, row: &Sandbox, status: daytona_engine::Result<Status>) -> sqlx::Result<()> {
    let status = match status {
        Ok(status) => status,
        Err(error) => {
            let reason = format!("It could not be examined after a restart of the server: {error}");
            tracing::error!(sandbox = row.id, %error, "cannot examine a sandbox");
            app.db.transition(&row.id, &[row.state], State::Error, Some(&reason)).await?;
            return Ok(());
        }
    };
    match (row.state, status) {
        (State::Destroying, _) => behind(app, row, |app, row| async move {
            destroy::finish(&app, &row).await;
        }),
        (State::Stopping, _) => behind(app, row, |app, row| async move {
            stop::finish(&app, &row, stop::GRACE).await;
        }),
        (State::Started | State::Creating | State::Starting, Status::Running) => {
            // Creating and starting: all was done but the writing down.
            let row = if row.state == State::Started {
                Some(row.clone())
            } else {
                app.db.transition(&row.id, &[row.state], State::Started, None).await?
            };
            if let Some(row) = row {
                let live = start::adopt(app, &row);
                if row.pool {
                    take_in(app, live);
                }
            }
        }
        (State::Creating, _) => behind(app, row, |app, row| async move {
            // Nobody was told of it: as if it had never been asked for, so that the request can be repeated.
            match app.engine.destroy(&row.id).await {
                Ok(()) => {
                    persist(&app, "a sandbox was not made", || app.db.roll_back_sandbox(&row.id)).await;
                }
                Err(_) => destroy::now(&app, &row).await,
            }
        }),
        (State::Started, _) if row.pool => behind(app, row, |app, row| async move {
            destroy::now(&app, &row).await;
        }),
        (State::Started | State::Starting, Status::Stopped(exit)) => {
            let reason = watch::reason(&exit);
            let from = [State::Started, State::Starting];
            if let Some(row) = app.db.transition(&row.id, &from, State::Stopping, Some(&reason)).await? {
                behind(app, &row, |app, row| async move {
                    stop::finish(&app, &row, std::time::Duration::ZERO).await;
                });
            }
        }
        (State::Started | State::Starting | State::Stopped, Status::Absent) => {
            let reason = "Its files are gone from the server's data folder; delete it.";
            app.db.transition(&row.id, &[row.state], State::Error, Some(reason)).await?;
        }
        (State::Stopped, Status::Running) => {
            if let Some(row) = app.db.transition(&row.id, &[State::Stopped], State::Stopping, None).await? {
                behind(app, &row, |app, row| async move {
                    stop::finish(&app, &row, stop::GRACE).await;
                });
            }
        }
        // A stop or a removal that failed: nobody can use it, and no limit counts what it takes.
        (State::Error, Status::Running) => behind(app, row, |app, row| async move {
            if let Err(error) = app.engine.stop(&row.id, std::time::Duration::ZERO).await {
                tracing::error!(sandbox = row.id, %error, "a sandbox in error runs on and cannot be ended");
            }
        }),
        (State::Stopped, Status::Stopped(_)) | (State::Error, _) => {}
    }
    Ok(())
}

/// A pool may be smaller than it was before the restart.
fn take_in(app: &Arc<App>, live: Arc<super::live::Live>) {
    if app.pool.wants_more() { app.pool.put_back(live) } else { app.pool.discard(app, live) }
}

fn behind<F>(app: &Arc<App>, row: &Sandbox, work: impl FnOnce(Arc<App>, Sandbox) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    app.tasks.spawn(work(Arc::clone(app), row.clone()));
}
