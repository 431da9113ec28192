//! Routes under `/api/sandbox`, one file per verb.

pub(crate) mod archive;
pub(crate) mod create;
pub(crate) mod defaults;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod interval;
pub(crate) mod labels;
pub(crate) mod last_activity;
pub(crate) mod list;
pub(crate) mod paginated;
pub(crate) mod preview_url;
pub(crate) mod public;
pub(crate) mod report;
pub(crate) mod signed_preview_url;
pub(crate) mod start;
pub(crate) mod stop;
pub(crate) mod toolbox_proxy_url;
pub(crate) mod validate;
pub(crate) mod view;
mod wishes;

use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::Principal;
use crate::db::sandbox::Sandbox;
use crate::extract::printable;

/// The sandbox a path names, in the caller's organization.
async fn find(app: &App, principal: &Principal, id_or_name: &str) -> ApiResult<Sandbox> {
    let found = app.db.find_sandbox(&principal.organization_id, id_or_name).await?;
    let row = found.ok_or_else(|| ApiError::no_sandbox(&printable(id_or_name)))?;
    tracing::Span::current().record("sandbox", &row.id);
    Ok(row)
}
