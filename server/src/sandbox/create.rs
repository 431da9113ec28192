//! `POST /sandbox`.

use super::{defaults, validate, view, wishes};
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::{Allowed, Principal, WriteSandboxes};
use crate::db::idempotency::Idempotency;
use crate::db::sandbox::NewSandbox;
use crate::extract::Body;
use crate::lifecycle;
use crate::machine::Machine;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::headers::IDEMPOTENCY_KEY;
use daytona_protocol::sandbox::{CreateSandbox, Sandbox};
use http::HeaderMap;
use sha2::{Digest, Sha256};
use std::sync::Arc;

const LONGEST_KEY: usize = 255;

/// Makes a sandbox and answers when it runs.
#[utoipa::path(
    post,
    path = "/sandbox",
    tag = "sandbox",
    operation_id = "createSandbox",
    params(("Idempotency-Key" = Option<String>, Header,
            description = "A request repeated with the same key answers with the first one's sandbox")),
    request_body = CreateSandbox,
    responses((status = 200, body = Sandbox), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    headers: HeaderMap,
    Body(request): Body<CreateSandbox>,
) -> ApiResult<Json<Sandbox>> {
    let idempotency = idempotency(&principal, &headers, &request)?;
    let custom_id = filled(request.id.as_ref()).is_some();
    let new = plan(&app.machine, &principal, request)?;
    let warm = defaults::is_warm(&new, custom_id);
    // To its end, so that a client that goes away leaves neither half a sandbox nor a locked key.
    let task_app = Arc::clone(&app);
    let made = app
        .complete(async move { lifecycle::create::create(&task_app, new, warm, idempotency).await })
        .await?;
    tracing::Span::current().record("sandbox", &made.id);
    Ok(Json(view::of(&app, made)))
}

/// What is to be made, or why not.
fn plan(machine: &Machine, principal: &Principal, request: CreateSandbox) -> ApiResult<NewSandbox> {
    let mut new = defaults::sandbox(&principal.organization_id);
    if let Some(id) = filled(request.id.as_ref()) {
        validate::id(id)?;
        new.id = id.to_owned();
    }
    if let Some(name) = filled(request.name.as_ref()) {
        validate::name(name)?;
        new.name = Some(name.to_owned());
    }
    if request.build_info.is_some() {
        return Err(ApiError::bad_request(if filled(request.snapshot.as_ref()).is_some() {
            "Cannot specify a snapshot when using a build info entry"
        } else {
            "buildInfo: this server cannot build or pull images yet; leave image and snapshot out to get the \
             default image, host"
        }));
    }
    if let Some(snapshot) = filled(request.snapshot.as_ref()) {
        validate::snapshot(snapshot)?;
    }
    if let Some(user) = filled(request.user.as_ref()) {
        validate::user(user)?;
        new.os_user = user.to_owned();
    }
    if let Some(target) = filled(request.target.as_ref()) {
        validate::target(target)?;
    }
    if let Some(env) = &request.env {
        validate::env(env)?;
        new.env.clone_from(env);
    }
    if let Some(labels) = &request.labels {
        validate::labels(labels)?;
        new.labels.clone_from(labels);
    }
    wishes::possible(&request)?;
    if request.gpu.unwrap_or(0) > 0 {
        return Err(ApiError::bad_request(
            "gpu: this server has no GPUs to give; leave it out or set it to 0",
        ));
    }
    if request.volumes.is_some_and(|volumes| !volumes.is_empty()) {
        return Err(ApiError::bad_request("volumes: this server has no volumes yet; leave them out"));
    }
    (new.cpu, new.memory, new.disk) =
        validate::resources(machine, request.cpu, request.memory, request.disk)?;
    new.public = request.public.unwrap_or(new.public);
    new.network_block_all = request.network_block_all.unwrap_or(new.network_block_all);
    if let Some(minutes) = request.auto_stop_interval {
        new.auto_stop_interval = validate::auto_stop(minutes)?;
    }
    if let Some(minutes) = request.auto_archive_interval {
        new.auto_archive_interval = validate::auto_archive(minutes)?;
    }
    if let Some(minutes) = request.auto_delete_interval {
        new.auto_delete_interval = validate::auto_delete(minutes)?;
    }
    Ok(new)
}

/// Blank counts as absent, as older clients send it.
fn filled(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

fn idempotency(
    principal: &Principal,
    headers: &HeaderMap,
    request: &CreateSandbox,
) -> ApiResult<Option<Idempotency>> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key =
        key.to_str().ok().filter(|key| (1..=LONGEST_KEY).contains(&key.len())).ok_or_else(|| {
            ApiError::bad_request("Idempotency-Key must be 1 to 255 visible ASCII characters")
        })?;
    let canonical = serde_json::to_vec(request).map_err(ApiError::internal)?;
    Ok(Some(Idempotency {
        api_key_id: principal.key_id.to_string(),
        key: key.to_owned(),
        request_hash: Sha256::digest(&canonical).to_vec(),
    }))
}
