//! What happens by the clock: autostop, autodelete, writing down activity, forgetting old idempotency keys, bounding
//! the log.

use super::{State, activity, destroy, stop};
use crate::app::App;
use crate::clock;
use crate::db::sandbox::Sandbox;
use crate::logging::{self, LOG_FILE};
use std::sync::Arc;
use std::time::Duration;

const EACH: Duration = Duration::from_secs(10);
/// Old idempotency keys are forgotten every so many rounds.
const PURGE_ROUNDS: u32 = 360;
const MINUTE_MS: i64 = 60_000;

/// Runs until the server ends.
pub(crate) async fn keep(app: Arc<App>) {
    let mut ticks = tokio::time::interval(EACH);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for round in 0_u32.. {
        tokio::select! {
            _ = ticks.tick() => {}
            () = app.draining.cancelled() => return,
        }
        activity::flush(&app).await;
        let log = app.data_dir.join(LOG_FILE);
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || logging::bound(&log)).await {
            tracing::warn!(%error, "cannot set the log aside; it grows");
        }
        if let Err(error) = sweep(&app).await {
            tracing::warn!(%error, "cannot look for sandboxes that are due");
        }
        if round % PURGE_ROUNDS == PURGE_ROUNDS - 1
            && let Err(error) = app.db.purge_idempotency().await
        {
            tracing::warn!(%error, "cannot forget old idempotency keys");
        }
    }
}

async fn sweep(app: &Arc<App>) -> sqlx::Result<()> {
    let now = clock::now();
    for row in app.db.all_sandboxes().await? {
        let id = row.id.clone();
        let last_activity = app.live.get(&id).map_or(row.last_activity_at, |live| live.last_activity());
        let outcome = match due(&row, last_activity, now) {
            Some(Due::Stop) => stop::begin(app, row, stop::GRACE).await,
            Some(Due::Delete) => destroy::begin(app, row).await,
            None => continue,
        };
        match outcome {
            Ok(row) => tracing::info!(sandbox = id, state = row.state.as_str(), "it was due"),
            // Somebody else was quicker.
            Err(error) => tracing::debug!(sandbox = id, error = %error.message, "it was due"),
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Due {
    Stop,
    Delete,
}

/// Whether its time has come.
fn due(row: &Sandbox, last_activity: i64, now: i64) -> Option<Due> {
    let passed = |since: i64, minutes: i32| now - since >= i64::from(minutes) * MINUTE_MS;
    match row.state {
        _ if row.pool => None,
        State::Started if row.auto_stop_interval > 0 && passed(last_activity, row.auto_stop_interval) => {
            Some(Due::Stop)
        }
        State::Stopped
            if row.auto_delete_interval >= 0
                && passed(row.stopped_at.unwrap_or(row.updated_at), row.auto_delete_interval) =>
        {
            Some(Due::Delete)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::view::tests::row;

    #[test]
    fn a_sandbox_is_due_by_its_own_intervals_only() {
        let mut row = row();
        row.state = State::Started;
        row.auto_stop_interval = 15;
        assert_eq!(due(&row, 0, 15 * MINUTE_MS - 1), None);
        assert_eq!(due(&row, 0, 15 * MINUTE_MS), Some(Due::Stop));
        row.pool = true;
        assert_eq!(due(&row, 0, i64::MAX / 2), None);
        row.pool = false;
        row.auto_stop_interval = 0;
        assert_eq!(due(&row, 0, i64::MAX / 2), None);

        row.state = State::Stopped;
        row.stopped_at = Some(1000);
        row.auto_delete_interval = -1;
        assert_eq!(due(&row, 0, i64::MAX / 2), None);
        row.auto_delete_interval = 2;
        assert_eq!(due(&row, 0, 1000 + 2 * MINUTE_MS - 1), None);
        assert_eq!(due(&row, 0, 1000 + 2 * MINUTE_MS), Some(Due::Delete));
        row.state = State::Stopping;
        assert_eq!(due(&row, 0, i64::MAX / 2), None);
    }
}
