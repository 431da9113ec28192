//! `GET /sandbox/paginated`: numbered pages, as older clients ask for them.

use super::{list, view};
use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::Principal;
use crate::extract::Query;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::PaginatedSandboxes;
use std::sync::Arc;

/// The caller's sandboxes, one page of them.
#[utoipa::path(
    get,
    path = "/sandbox/paginated",
    tag = "sandbox",
    operation_id = "listSandboxesPaginated",
    params(("page" = Option<u32>, Query, description = "From 1"),
           ("limit" = Option<u32>, Query, description = "1 to 200; 100"),
           ("id" = Option<String>, Query), ("name" = Option<String>, Query), ("labels" = Option<String>, Query),
           ("states" = Option<Vec<String>>, Query), ("snapshots" = Option<Vec<String>>, Query),
           ("regions" = Option<Vec<String>>, Query),
           ("minCpu" = Option<f64>, Query), ("maxCpu" = Option<f64>, Query),
           ("minMemoryGiB" = Option<f64>, Query), ("maxMemoryGiB" = Option<f64>, Query),
           ("minDiskGiB" = Option<f64>, Query), ("maxDiskGiB" = Option<f64>, Query),
           ("lastEventAfter" = Option<String>, Query), ("lastEventBefore" = Option<String>, Query),
           ("sort" = Option<String>, Query, description = "createdAt"),
           ("order" = Option<String>, Query, description = "asc or desc; desc")),
    responses((status = 200, body = PaginatedSandboxes), (status = 400, body = ErrorBody),
              (status = 401, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn paginated(
    State(app): State<Arc<App>>,
    principal: Principal,
    query: Query,
) -> ApiResult<Json<PaginatedSandboxes>> {
    let filter = list::filter(&principal, &query, list::Usual::NewestFirst)?;
    list::catch_up(&app, &query).await;
    let page = query.number("page", 1..=1_000_000)?.unwrap_or(1);
    let (rows, total) = app.db.list_page(&filter, page).await?;
    let total = u64::try_from(total).unwrap_or(0);
    Ok(Json(PaginatedSandboxes {
        items: rows.into_iter().map(|row| view::of(&app, row)).collect(),
        total,
        page,
        total_pages: total.div_ceil(u64::from(filter.limit)),
    }))
}
