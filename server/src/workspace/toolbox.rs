//! The toolbox as the 0.14 clients address it: `/api/toolbox/{workspaceId}/toolbox/...`.
//!
//! Only the address differs, so only the address is rewritten; bodies pass through the proxy as they come.

use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::{Allowed, WriteSandboxes};
use crate::proxy;
use axum::extract::{Request, State};
use axum::response::Response;
use daytona_protocol::ErrorBody;
use http::Uri;
use std::sync::Arc;

const BASE: &str = "/api/toolbox/";

/// A request to a sandbox's toolbox.
#[utoipa::path(
    method(get, post, delete),
    path = "/api/toolbox/{workspaceId}/toolbox/{*path}",
    tag = "workspace",
    operation_id = "workspaceToolbox",
    description = "Forwards to the toolbox in the sandbox; bodies are streamed both ways.",
    params(("workspaceId" = String, Path, description = "ID or name"),
           ("path" = String, Path, description = "Path of the toolbox's own API")),
    responses((status = "default", description = "The toolbox's answer"),
              (status = 400, description = "The sandbox is not started", body = ErrorBody),
              (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
              (status = 502, description = "The sandbox went away during the call", body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn toolbox(
    app: State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    mut request: Request,
) -> ApiResult<Response> {
    let today = today(request.uri())
        .ok_or_else(|| ApiError::bad_request("bad request: the path cannot be forwarded"))?;
    *request.uri_mut() = today;
    proxy::forward::forward(app, principal, request).await
}

/// The address of the same thing today, byte for byte but for what has another name now.
fn today(uri: &Uri) -> Option<Uri> {
    let (workspace, path) = uri.path().strip_prefix(BASE)?.split_once('/')?;
    let path = match path.strip_prefix("toolbox/")? {
        "lsp/workspace-symbols" => "lsp/workspacesymbols",
        path => path,
    };
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("/toolbox/{workspace}/{path}{query}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_the_address_changes() {
        for (then, now) in [
            ("/api/toolbox/a%20b/toolbox/files?path=%2Fx%20y", Some("/toolbox/a%20b/files?path=%2Fx%20y")),
            (
                "/api/toolbox/a/toolbox/process/session/s%2Ft/exec",
                Some("/toolbox/a/process/session/s%2Ft/exec"),
            ),
            ("/api/toolbox/a/toolbox/toolbox/%2e%2E//b%00", Some("/toolbox/a/toolbox/%2e%2E//b%00")),
            (
                "/api/toolbox/a/toolbox/lsp/workspace-symbols?query=x",
                Some("/toolbox/a/lsp/workspacesymbols?query=x"),
            ),
            ("/api/toolbox/a/toolbox", None),
            ("/api/toolbox/a/files", None),
        ] {
            let uri: Uri = then.parse().expect("a URI");
            assert_eq!(today(&uri).map(|uri| uri.to_string()).as_deref(), now, "{then}");
        }
    }
}
