//! `POST /workspace`.

use super::view;
use crate::api_error::ApiResult;
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::extract::Body;
use crate::sandbox;
use axum::Json;
use axum::extract::State;
use daytona_protocol::ErrorBody;
use daytona_protocol::sandbox::CreateSandbox;
use daytona_protocol::workspace::{CreateWorkspace, Workspace};
use http::HeaderMap;
use std::sync::Arc;

/// Makes a sandbox and answers when it runs; those clients do not ask again.
#[utoipa::path(
    post,
    path = "/workspace",
    tag = "workspace",
    operation_id = "createWorkspace",
    request_body = CreateWorkspace,
    responses((status = 200, body = Workspace), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
              (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    headers: HeaderMap,
    Body(request): Body<CreateWorkspace>,
) -> ApiResult<Json<Workspace>> {
    let made = sandbox::create::create(State(app), principal, headers, Body(today(request))).await?;
    Ok(Json(view::of(made.0)?))
}

/// The same wish in today's words.
fn today(request: CreateWorkspace) -> CreateSandbox {
    CreateSandbox {
        id: request.id,
        name: request.name,
        snapshot: request.image,
        user: request.user,
        env: request.env,
        labels: request.labels,
        public: request.public,
        // Those clients name a region always. There is one here, and each of theirs stands for it.
        target: request.target.filter(|target| !view::REGIONS.contains(&target.as_str())),
        cpu: request.cpu,
        gpu: request.gpu,
        memory: request.memory,
        disk: request.disk,
        auto_stop_interval: request.auto_stop_interval,
        ..CreateSandbox::default()
    }
}
