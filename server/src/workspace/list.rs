//! `GET /workspace`: all of them at once.

use super::view;
use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::Principal;
use crate::db::list::Filter;
use crate::extract::Query;
use crate::sandbox;
use crate::sandbox::list::Usual;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::workspace::Workspace;
use std::sync::Arc;

/// The caller's sandboxes that have the labels. `verbose` says nothing more.
#[utoipa::path(
    get,
    path = "/workspace",
    tag = "workspace",
    operation_id = "listWorkspaces",
    params(("verbose" = Option<bool>, Query),
           ("labels" = Option<String>, Query, description = "JSON object of labels it must have")),
    responses((status = 200, body = Vec<Workspace>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    principal: Principal,
    query: Query,
) -> ApiResult<Json<Vec<Workspace>>> {
    let all = Filter { limit: u32::MAX, ..sandbox::list::filter(&principal, &query, Usual::LastUsedFirst)? };
    let rows = app.db.list_after(&all, None).await?;
    let workspaces = rows.into_iter().map(|row| view::of(sandbox::view::of(&app, row)));
    Ok(Json(workspaces.collect::<ApiResult<_>>()?))
}
