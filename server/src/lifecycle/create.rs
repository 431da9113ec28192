//! Creating: a warm sandbox claimed, or a cold one made; at most one per idempotency key.

use super::live::Live;
use super::{State, destroy, persist, spec, start};
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::db::idempotency::Idempotency;
use crate::db::sandbox::{NewSandbox, Refused, Sandbox};
use std::sync::Arc;

/// Makes the sandbox, or finds the one an earlier request with the same key made.
pub(crate) async fn create(
    app: &Arc<App>,
    new: NewSandbox,
    warm: bool,
    idempotency: Option<Idempotency>,
) -> ApiResult<Sandbox> {
    // Requests with the same key wait for each other; the database would refuse the second one anyway, but
    // only after its sandbox was made.
    let _turn = match &idempotency {
        Some(wanted) => Some(app.turns.take(wanted).await),
        None => None,
    };
    if let Some(wanted) = &idempotency
        && let Some((request_hash, id)) = app.db.idempotent(wanted).await?
    {
        if request_hash != wanted.request_hash {
            return Err(ApiError::conflict(
                "This Idempotency-Key was used for a different request; use a new key for a new sandbox",
            ));
        }
        return app.db.sandbox(&id).await?.ok_or_else(|| {
            ApiError::conflict(format!("Sandbox {id} of this Idempotency-Key has been deleted"))
        });
    }
    if warm && let Some(row) = claim(app, &new, idempotency.as_ref()).await? {
        return Ok(row);
    }
    let (row, _) = cold(app, &new, idempotency.as_ref()).await?;
    // What it takes may be what pool members held.
    app.pool.refill();
    Ok(row)
}

/// Takes a ready sandbox out of the warm pool, if there is one.
async fn claim(
    app: &Arc<App>,
    new: &NewSandbox,
    idempotency: Option<&Idempotency>,
) -> ApiResult<Option<Sandbox>> {
    while let Some(member) = app.pool.take() {
        if !new.env.is_empty()
            && let Err(error) = member.toolbox.set_env(&new.env).await
        {
            tracing::warn!(sandbox = member.id, %error, "a warm sandbox does not answer; removing it");
            app.pool.discard(app, member);
            continue;
        }
        // Entered before the claim: if it dies after, its watcher finds it here and takes it out.
        member.touch();
        app.live.insert(Arc::clone(&member));
        let claimed = app.db.claim_sandbox(&member.id, new, app.machine.promised_gib, idempotency).await;
        if claimed.is_err() {
            app.live.remove(&member.id);
        }
        match claimed {
            Ok(row) => {
                tracing::info!(sandbox = row.id, "claimed from the warm pool");
                app.pool.refill();
                return Ok(Some(row));
            }
            Err(Refused::NotInPool) => app.pool.discard(app, member),
            Err(refused) => {
                // It holds this request's environment now, unless there was none.
                if new.env.is_empty() {
                    app.pool.put_back(member)
                } else {
                    app.pool.discard(app, member)
                }
                return Err(explain(app, new, refused));
            }
        }
    }
    Ok(None)
}

/// Makes and starts a sandbox from nothing. Nothing is left of one that does not start.
pub(super) async fn cold(
    app: &Arc<App>,
    new: &NewSandbox,
    idempotency: Option<&Idempotency>,
) -> ApiResult<(Sandbox, Arc<Live>)> {
    let row = app
        .db
        .insert_sandbox(new, app.machine.promised_gib, idempotency)
        .await
        .map_err(|refused| explain(app, new, refused))?;
    let error = match app.make(&spec::of(app, &row)).await {
        Ok(()) => match start::up(app, &row.id, &[State::Creating]).await {
            Ok(up) => return Ok(up),
            Err(error) => error,
        },
        Err(error) => {
            tracing::error!(sandbox = row.id, %error, "a sandbox could not be made");
            ApiError::bad_request(format!("Sandbox failed to start: {error}"))
        }
    };
    match app.engine.destroy(&row.id).await {
        Ok(()) => {
            persist(app, "a sandbox was not made", || app.db.roll_back_sandbox(&row.id)).await;
        }
        Err(leftover) => {
            tracing::error!(sandbox = row.id, error = %leftover, "nor could what there was of it be removed");
            destroy::now(app, &row).await;
        }
    }
    Err(error)
}

/// The words for a limit on memory that is reached.
pub(super) fn memory_exceeded(app: &App, running: i64) -> ApiError {
    ApiError::quota(format!(
        "Total memory limit exceeded. Maximum allowed: {}GiB.\n{running} sandboxes hold memory now: stop or \
         delete some, ask for less memory, or start the server with a higher --memory-limit.",
        app.machine.promised_gib
    ))
}

fn explain(app: &App, new: &NewSandbox, refused: Refused) -> ApiError {
    match refused {
        Refused::IdTaken => ApiError::conflict(format!("Sandbox with id {} already exists", new.id)),
        Refused::NameTaken => {
            let name = new.name.as_deref().unwrap_or(&new.id);
            ApiError::conflict(format!("Sandbox with name {name} already exists"))
        }
        Refused::Memory(running) => memory_exceeded(app, running),
        other => other.into(),
    }
}
