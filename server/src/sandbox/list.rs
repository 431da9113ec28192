//! `GET /sandbox`: a page by cursor.

use super::view;
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::Principal;
use crate::db::list::{Bound, Filter, SortBy};
use crate::extract::Query;
use crate::lifecycle::activity;
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::ListSandboxes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a page ended, in base64 JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cursor {
    sort_value: String,
    id: String,
}

/// The caller's sandboxes. Filters add up; `id` and `name` are beginnings, in any case.
#[utoipa::path(
    get,
    path = "/sandbox",
    tag = "sandbox",
    operation_id = "listSandboxes",
    params(("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query, description = "1 to 200; 100"),
           ("id" = Option<String>, Query), ("name" = Option<String>, Query),
           ("labels" = Option<String>, Query, description = "JSON object of labels it must have"),
           ("states" = Option<Vec<String>>, Query), ("snapshots" = Option<Vec<String>>, Query),
           ("regionIds" = Option<Vec<String>>, Query), ("isPublic" = Option<bool>, Query),
           ("sandboxClasses" = Option<Vec<String>>, Query, description = "All here are `container`"),
           ("minCpu" = Option<f64>, Query), ("maxCpu" = Option<f64>, Query),
           ("minMemoryGiB" = Option<f64>, Query), ("maxMemoryGiB" = Option<f64>, Query),
           ("minDiskGiB" = Option<f64>, Query), ("maxDiskGiB" = Option<f64>, Query),
           ("createdAtAfter" = Option<String>, Query), ("createdAtBefore" = Option<String>, Query),
           ("lastEventAfter" = Option<String>, Query), ("lastEventBefore" = Option<String>, Query),
           ("autoDestroyAtAfter" = Option<String>, Query), ("autoDestroyAtBefore" = Option<String>, Query),
           ("isRecoverable" = Option<bool>, Query),
           ("sort" = Option<String>, Query), ("order" = Option<String>, Query, description = "asc or desc")),
    responses((status = 200, body = ListSandboxes), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    principal: Principal,
    query: Query,
) -> ApiResult<Json<ListSandboxes>> {
    let filter = filter(&principal, &query, Usual::LastUsedFirst)?;
    catch_up(&app, &query).await;
    let cursor = query.text("cursor").map(read_cursor).transpose()?;
    // One more than asked for tells whether there is another page.
    let wider = Filter { limit: filter.limit + 1, ..filter.clone() };
    let after = cursor.as_ref().map(|cursor| (cursor.sort_value.as_str(), cursor.id.as_str()));
    let mut rows = app.db.list_after(&wider, after).await?;
    let more = rows.len() > filter.limit as usize;
    rows.truncate(filter.limit as usize);
    let next_cursor = match rows.last() {
        Some(last) if more => {
            let cursor = Cursor { sort_value: filter.sort.value(last), id: last.id.clone() };
            Some(STANDARD.encode(serde_json::to_vec(&cursor).map_err(ApiError::internal)?))
        }
        _ => None,
    };
    Ok(Json(ListSandboxes { items: rows.into_iter().map(|row| view::of(&app, row)).collect(), next_cursor }))
}

/// How a list is sorted when its caller does not say.
#[derive(Clone, Copy)]
pub(crate) enum Usual {
    /// Last used first; by anything else that is asked for, ascending.
    LastUsedFirst,
    /// Newest first; by anything else that is asked for, descending too.
    NewestFirst,
}

/// Reads the filters all lists have.
pub(crate) fn filter(principal: &Principal, query: &Query, usual: Usual) -> ApiResult<Filter> {
    let labels: BTreeMap<String, String> = match query.text("labels") {
        Some(text) => {
            serde_json::from_str(text).map_err(|_| ApiError::bad_request("Invalid labels JSON format"))?
        }
        None => BTreeMap::new(),
    };
    let sort = match query.text("sort") {
        Some(text) => SortBy::parse(text).ok_or_else(|| {
            ApiError::bad_request(
                "sort: this server sorts by id, name, state, snapshot, region, cpu, memoryGib, diskGib, updatedAt, \
                 createdAt or lastActivityAt",
            )
        })?,
        None => match usual {
            Usual::LastUsedFirst => SortBy::LastActivityAt,
            Usual::NewestFirst => SortBy::CreatedAt,
        },
    };
    let descending = match query.text("order") {
        None => matches!(usual, Usual::NewestFirst) || sort == SortBy::LastActivityAt,
        Some("desc") => true,
        Some("asc") => false,
        Some(_) => return Err(ApiError::bad_request("order must be asc or desc")),
    };
    let owned = |name| query.all(name).into_iter().map(str::to_owned).collect::<Vec<String>>();
    let mut targets = owned("regionIds");
    targets.extend(owned("regions"));
    Ok(Filter {
        organization_id: principal.organization_id.to_string(),
        id: query.text("id").map(str::to_owned),
        name: query.text("name").map(str::to_owned),
        labels,
        states: owned("states"),
        snapshots: owned("snapshots"),
        targets,
        public: query.boolean("isPublic")?,
        bounds: bounds(query)?,
        impossible: impossible(query)?,
        sort,
        descending,
        limit: query.number("limit", 1..=200)?.unwrap_or(100),
    })
}

/// Sizes include their bounds, times are after or before theirs.
fn bounds(query: &Query) -> ApiResult<Vec<Bound>> {
    let mut bounds = Vec::new();
    for (name, condition) in [
        ("minCpu", "cpu >= "),
        ("maxCpu", "cpu <= "),
        ("minMemoryGiB", "memory >= "),
        ("maxMemoryGiB", "memory <= "),
        ("minDiskGiB", "disk >= "),
        ("maxDiskGiB", "disk <= "),
    ] {
        bounds.extend(query.quantity(name, 1.0)?.map(|value| Bound { condition, value }));
    }
    for (name, condition) in [
        ("createdAtAfter", "created_at > "),
        ("createdAtBefore", "created_at < "),
        ("lastEventAfter", "last_activity_at > "),
        ("lastEventBefore", "last_activity_at < "),
    ] {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds stay far below 2^53")]
        bounds.extend(query.moment(name)?.map(|millis| Bound { condition, value: millis as f64 }));
    }
    Ok(bounds)
}

/// Whether something is asked for that no sandbox here is: one that can be recovered, one with a time to be
/// destroyed at, one that is no container.
fn impossible(query: &Query) -> ApiResult<bool> {
    let mut timed = false;
    for name in ["autoDestroyAtAfter", "autoDestroyAtBefore"] {
        timed |= query.moment(name)?.is_some();
    }
    let classes = query.all("sandboxClasses");
    let foreign = !classes.is_empty() && !classes.contains(&view::CLASS);
    Ok(timed || foreign || query.boolean("isRecoverable")? == Some(true))
}

/// The database learns of use a few seconds later, and a list by use must not hold what is in use.
pub(crate) async fn catch_up(app: &App, query: &Query) {
    if query.text("lastEventAfter").is_some() || query.text("lastEventBefore").is_some() {
        activity::flush(app).await;
    }
}

fn read_cursor(text: &str) -> ApiResult<Cursor> {
    let bad = |why: &str| ApiError::bad_request(format!("Invalid cursor provided: {why}"));
    let bytes = STANDARD.decode(text).map_err(|_| bad("it is not base64"))?;
    serde_json::from_slice(&bytes).map_err(|_| bad("it does not come from an earlier page"))
}
