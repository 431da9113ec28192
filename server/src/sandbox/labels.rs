//! `PUT /sandbox/{sandboxIdOrName}/labels`.

use super::{find, validate, view};
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::{Body, Params};
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::{Sandbox, SandboxLabels};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// `SandboxLabels`, except that the field has to be there.
#[derive(Debug, Deserialize)]
pub(crate) struct Replacement {
    labels: Option<BTreeMap<String, String>>,
}

/// Replaces all labels. The answer is the whole sandbox, which holds the published `{labels}` too.
#[utoipa::path(
    put,
    path = "/sandbox/{sandboxIdOrName}/labels",
    tag = "sandbox",
    operation_id = "replaceLabels",
    params(("sandboxIdOrName" = String, Path)),
    request_body = SandboxLabels,
    responses((status = 200, body = Sandbox), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn labels(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    Params(id_or_name): Params<String>,
    Body(request): Body<Replacement>,
) -> ApiResult<Json<Sandbox>> {
    // What was misspelt must not wipe what is there.
    let labels = request.labels.ok_or_else(|| {
        ApiError::bad_request("labels: give all that the sandbox is to have; {\"labels\": {}} takes all away")
    })?;
    validate::labels(&labels)?;
    let row = find(&app, &principal, &id_or_name).await?;
    let row = app.db.set_labels(&row.id, &labels).await?;
    Ok(Json(view::of(&app, row.ok_or_else(|| ApiError::no_sandbox(&id_or_name))?)))
}
