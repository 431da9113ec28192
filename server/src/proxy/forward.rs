//! One proxied request: who may, which sandbox, there and back.

use super::client::MAX_CALLS;
use super::{Passed, begin_upgrade, headers};
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::{Allowed, Principal, WriteSandboxes};
use crate::extract::printable;
use crate::lifecycle::State as SandboxState;
use crate::lifecycle::live::Live;
use crate::listener::Permit;
use axum::extract::{Request, State};
use axum::response::Response;
use daytona_protocol::ErrorBody;
use daytona_protocol::headers::SKIP_LAST_ACTIVITY;
use http::Uri;
use percent_encoding::percent_decode_str;
use std::sync::Arc;

/// What the toolbox serves to this server only.
const INTERNAL: &str = "internal/";

/// Any request to a sandbox's toolbox.
#[utoipa::path(
    method(get, post, put, patch, delete, head, options),
    path = "/toolbox/{sandboxId}/{*path}",
    tag = "toolbox",
    operation_id = "toolbox",
    description = "Forwards to the toolbox in the sandbox; bodies and WebSockets are streamed both ways. Clients that \
                   can send no key send the token of port 1, as `x-daytona-preview-token` or in the query as \
                   `DAYTONA_SANDBOX_AUTH_KEY`, with the sandbox's ID.",
    params(("sandboxId" = String, Path, description = "ID or name"),
           ("path" = String, Path, description = "Path of the toolbox's own API")),
    responses((status = "default", description = "The toolbox's answer"),
              (status = 400, description = "The sandbox is not started", body = ErrorBody),
              (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
              (status = 502, description = "The sandbox went away during the call", body = ErrorBody),
              (status = 503, description = "Too many calls are under way", body = ErrorBody)),
    security(("bearer" = []))
)]
pub(crate) async fn forward(
    State(app): State<Arc<App>>,
    principal: Allowed<WriteSandboxes>,
    mut request: Request,
) -> ApiResult<Response> {
    let (wanted, upstream) = target(request.uri())?;
    let live = find(&app, &principal, &wanted).await?;
    tracing::Span::current().record("sandbox", &live.id);

    let silent = request.headers().get(SKIP_LAST_ACTIVITY).is_some_and(|value| value == "true");
    let in_use = if silent { None } else { Some(live.enter()) };

    let Some(place) = live.toolbox.place(app.queueing).await else {
        return Err(ApiError::unavailable(format!(
            "service unavailable: sandbox {} has {MAX_CALLS} calls under way, as many as are passed on to it, and none \
             of them ended within {:?}. Let some end (followed logs and open terminals count), and try again.",
            live.id, app.queueing
        )));
    };
    let permit = request.extensions_mut().remove::<Permit>();
    *request.uri_mut() = upstream;
    let client = begin_upgrade(&mut request, headers::towards_sandbox);
    let response = live.toolbox.send(request).await.map_err(|error| broken(&live.id, &error))?;
    let passed = Passed { client, in_use, permit, place: Some(place) };
    let response = passed.pass(&app, response, headers::towards_client);
    response.ok_or_else(|| broken(&live.id, &"it switched protocols without being asked to"))
}

/// The running sandbox of that id, or name, in the caller's organization.
async fn find(app: &App, principal: &Principal, id_or_name: &str) -> ApiResult<Arc<Live>> {
    let own = |live: &Arc<Live>| *live.organization_id == *principal.organization_id;
    if let Some(live) = app.live.get(id_or_name).filter(own) {
        return Ok(live);
    }
    let row = app
        .db
        .find_sandbox(&principal.organization_id, id_or_name)
        .await
        .map_err(ApiError::from)?
        .ok_or_else(|| ApiError::no_sandbox(&printable(id_or_name)))?;
    if row.state == SandboxState::Started
        && let Some(live) = app.live.get(&row.id)
    {
        return Ok(live);
    }
    let why = row.error_reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    Err(ApiError::bad_request(format!(
        "bad request: sandbox {} is {}{why}. Is the Sandbox started?",
        row.id,
        row.state.as_str()
    )))
}

/// Which sandbox is meant, and what follows `/toolbox/{sandboxId}`, byte for byte.
pub(crate) fn target(uri: &Uri) -> ApiResult<(String, Uri)> {
    let rest = uri.path().strip_prefix("/toolbox/").unwrap_or_default();
    let (sandbox, path) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
    let sandbox = percent_decode_str(sandbox)
        .decode_utf8()
        .map_err(|_| ApiError::bad_request("bad request: the sandbox's name is not UTF-8"))?;
    // Sockets into the sandbox are the server's own business.
    if percent_decode_str(path).decode_utf8_lossy().trim_start_matches('/').starts_with(INTERNAL) {
        return Err(ApiError::not_found("not found: there is nothing at this path of a toolbox"));
    }
    let query = uri.query().map(headers::query_without_token).filter(|query| !query.is_empty());
    let path_and_query = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let upstream = Uri::builder()
        .scheme("http")
        .authority("toolbox")
        .path_and_query(path_and_query)
        .build()
        .map_err(|_| ApiError::bad_request("bad request: the path cannot be forwarded"))?;
    Ok((sandbox.into_owned(), upstream))
}

fn broken(id: &str, error: &dyn std::fmt::Display) -> ApiError {
    tracing::warn!(sandbox = id, %error, "the connection to a toolbox broke");
    ApiError::bad_gateway(format!(
        "bad gateway: sandbox {id} went away before it answered: it was stopped or deleted, or ran out of \
         memory. Look at its state, start it if it is stopped, and try again."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_the_server_only_is_not_passed_on() {
        for path in
            ["internal/tcp/3000", "/internal/tcp/22", "%69nternal/tcp/1", "internal%2ftcp/1", "%2Finternal/"]
        {
            let uri: Uri = format!("/toolbox/a/{path}").parse().expect("a URI");
            let refused = target(&uri).expect_err(path);
            assert_eq!(refused.status, 404, "{path}");
        }
        assert!(target(&Uri::from_static("/toolbox/a/files/internal/x")).is_ok());
    }

    #[test]
    fn the_rest_of_the_path_is_kept_byte_for_byte() {
        for (from, to) in [
            ("/toolbox/a%20b/files/download?path=%2Fx%20y", "http://toolbox/files/download?path=%2Fx%20y"),
            ("/toolbox/a%20b/proxy/3000/%2e%2E/a//b%00", "http://toolbox/proxy/3000/%2e%2E/a//b%00"),
            ("/toolbox/a%20b/process/session/x%2Fy%0a", "http://toolbox/process/session/x%2Fy%0a"),
            ("/toolbox/a%20b", "http://toolbox/"),
            ("/toolbox/a%20b/", "http://toolbox/"),
        ] {
            let uri: Uri = from.parse().expect("a URI");
            let (sandbox, upstream) = target(&uri).expect("forwards");
            assert_eq!((sandbox.as_str(), upstream.to_string().as_str()), ("a b", to));
        }
    }
}
