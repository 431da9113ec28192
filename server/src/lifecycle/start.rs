//! Starting: stopped -> starting -> started, or back to stopped with the reason.

use super::live::Live;
use super::{State, limits, persist, spec, watch};
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::db::sandbox::{Refused, Sandbox};
use std::sync::Arc;
use std::time::Duration;

/// Starts a stopped sandbox and answers when it runs. One that runs already is answered as it is.
pub(crate) async fn start(app: &Arc<App>, row: Sandbox) -> ApiResult<Sandbox> {
    match row.state {
        State::Started => return Ok(row),
        State::Error => return Err(ApiError::bad_request(errored(&row))),
        state if state.in_flight() => return Err(ApiError::in_progress()),
        _ => {}
    }
    let begun =
        app.db.begin_start(&row.id, app.machine.promised_gib).await.map_err(|refused| match refused {
            Refused::Memory(running) => super::create::memory_exceeded(app, running),
            other => other.into(),
        })?;
    let Some(row) = begun else {
        let now = app.db.sandbox(&row.id).await?;
        return match now {
            None => Err(ApiError::no_sandbox(&row.id)),
            Some(now) if now.state == State::Started => Ok(now),
            Some(_) => Err(ApiError::in_progress()),
        };
    };
    match app.run(&spec::of(app, &row)).await {
        Ok(()) => match up(app, &row.id, &[State::Starting]).await {
            Ok((row, _)) => Ok(row),
            Err(error) => {
                undo(app, &row, None).await;
                Err(error)
            }
        },
        Err(error) => {
            let reason = format!("Sandbox failed to start: {error}");
            undo(app, &row, Some(&reason)).await;
            Err(ApiError::bad_request(reason))
        }
    }
}

/// Notes that a sandbox the engine has started is up: in the database, then for the proxy.
pub(super) async fn up(app: &Arc<App>, id: &str, from: &[State]) -> ApiResult<(Sandbox, Arc<Live>)> {
    let Some(row) = app.db.transition(id, from, State::Started, None).await? else {
        return Err(ApiError::internal(format_args!("sandbox {id} changed its state while it started")));
    };
    tracing::info!(sandbox = id, pool = row.pool, "started");
    let live = adopt(app, &row);
    Ok((row, live))
}

/// Takes a sandbox that runs under the server's wing: reachable for the proxy, watched for its end.
pub(super) fn adopt(app: &Arc<App>, row: &Sandbox) -> Arc<Live> {
    let live = Live::new(row, app.engine.socket(&row.id));
    if !row.pool {
        app.live.insert(Arc::clone(&live));
    }
    watch::watch(app, row);
    limits::tell(app, &row.id);
    live
}

/// Back to stopped, whatever of it runs. Before the answer: what a caller does next, such as a delete, must not
/// meet a change in progress.
async fn undo(app: &Arc<App>, row: &Sandbox, reason: Option<&str>) {
    if let Err(error) = app.engine.stop(&row.id, Duration::ZERO).await {
        tracing::error!(sandbox = row.id, %error, "cannot clear up after a start that failed");
    }
    persist(app, "a sandbox did not start", || {
        app.db.transition(&row.id, &[State::Starting], State::Stopped, reason)
    })
    .await;
}

fn errored(row: &Sandbox) -> String {
    match &row.error_reason {
        Some(reason) => format!("Sandbox is in an errored state: {reason}"),
        None => "Sandbox is in an errored state".to_owned(),
    }
}
