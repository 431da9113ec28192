//! One proxied request: who may, which sandbox, there and back.

use super::{headers, tunnel};
use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::{Allowed, Principal, WriteSandboxes};
use crate::extract::printable;
use crate::lifecycle::State as SandboxState;
use crate::lifecycle::live::Live;
use crate::listener::Permit;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use daytona_protocol::ErrorBody;
use daytona_protocol::headers::SKIP_LAST_ACTIVITY;
use http::{StatusCode, Uri};
use http_body_util::BodyExt;
use percent_encoding::percent_decode_str;
use std::sync::Arc;

/// Any request to a sandbox's toolbox.
#[utoipa::path(
    method(get, post, put, patch, delete, head, options),
    path = "/toolbox/{sandboxId}/{*path}",
    tag = "toolbox",
    operation_id = "toolbox",
    description = "Forwards to the toolbox in the sandbox; bodies and WebSockets are streamed both ways.",
    params(("sandboxId" = String, Path, description = "ID or name"),
           ("path" = String, Path, description = "Path of the toolbox's own API")),
    responses((status = "default", description = "The toolbox's answer"),
              (status = 400, description = "The sandbox is not started", body = ErrorBody),
              (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
              (status = 502, description = "The sandbox went away during the call", body = ErrorBody)),
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

    let permit = request.extensions_mut().remove::<Permit>();
    let protocol = headers::upgrade(request.headers());
    headers::towards_sandbox(request.headers_mut());
    *request.uri_mut() = upstream;
    let client = protocol.as_ref().map(|_| hyper::upgrade::on(&mut request));
    if let Some(protocol) = protocol {
        headers::set_upgrade(request.headers_mut(), protocol);
    }

    let mut response = live.toolbox.send(request).await.map_err(|error| broken(&live.id, &error))?;
    let switched = headers::upgrade(response.headers());
    headers::towards_client(response.headers_mut());
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        let (Some(client), Some(protocol)) = (client, switched) else {
            return Err(broken(&live.id, &"it switched protocols without being asked to"));
        };
        headers::set_upgrade(response.headers_mut(), protocol);
        tunnel::open(&app, client, hyper::upgrade::on(&mut response), (in_use, permit));
        return Ok(response.map(|_| Body::empty()));
    }
    // The sandbox stays in use until the last byte has gone, or the client has.
    Ok(response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _ = &in_use;
            frame
        }))
    }))
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
fn target(uri: &Uri) -> ApiResult<(String, Uri)> {
    let rest = uri.path().strip_prefix("/toolbox/").unwrap_or_default();
    let (sandbox, path) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
    let sandbox = percent_decode_str(sandbox)
        .decode_utf8()
        .map_err(|_| ApiError::bad_request("bad request: the sandbox's name is not UTF-8"))?;
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
    fn the_rest_of_the_path_is_kept_byte_for_byte() {
        for (from, to) in [
            ("/toolbox/a%20b/files/download?path=%2Fx%20y", "http://toolbox/files/download?path=%2Fx%20y"),
            ("/toolbox/a%20b/proxy/3000/%2e%2E/a//b%00", "http://toolbox/proxy/3000/%2e%2E/a//b%00"),
            ("/toolbox/a%20b", "http://toolbox/"),
            ("/toolbox/a%20b/", "http://toolbox/"),
        ] {
            let uri: Uri = from.parse().expect("a URI");
            let (sandbox, upstream) = target(&uri).expect("forwards");
            assert_eq!((sandbox.as_str(), upstream.to_string().as_str()), ("a b", to));
        }
    }
}
