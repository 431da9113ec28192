//! Lets a request through when it carries a good API key, and notes whose it is. A toolbox also opens to the token of
//! its own sandbox, for clients that cannot send a key.

use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::auth::Principal;
use crate::preview;
use crate::proxy::forward;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use daytona_protocol::headers::PREVIEW_TOKEN;
use daytona_protocol::preview::AUTH_QUERY;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Uri};
use std::sync::Arc;

/// Middleware of the control plane.
pub(crate) async fn require_key(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> ApiResult<Response> {
    match key(&app, request.headers()).await? {
        Some(principal) => Ok(go_on(principal, request, next).await),
        None => Err(ApiError::invalid_credentials()),
    }
}

/// Middleware of the toolbox proxy.
pub(crate) async fn require_key_or_token(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> ApiResult<Response> {
    if let Some(principal) = key(&app, request.headers()).await? {
        return Ok(go_on(principal, request, next).await);
    }
    let tokens = tokens(request.headers(), request.uri());
    for token in &tokens {
        if let Some(principal) = holder(&app, request.uri(), token).await? {
            return Ok(go_on(principal, request, next).await);
        }
    }
    Err(ApiError::unauthorized(if tokens.is_empty() && !request.headers().contains_key(AUTHORIZATION) {
        "unauthorized: missing authentication: provide a preview access token (via header, query parameter, or \
         cookie) or use an API key or JWT"
    } else {
        "unauthorized: authentication failed: the API key is not known or has expired, or the token is not of this \
         sandbox's port 1"
    }))
}

async fn go_on(principal: Principal, mut request: Request, next: Next) -> Response {
    tracing::Span::current().record("key", &*principal.key_name);
    request.extensions_mut().insert(principal);
    next.run(request).await
}

/// Who sends the key in `Authorization`. A JWT is no key of ours: it fails like any other unknown credential,
/// without a look into the database.
async fn key(app: &App, headers: &HeaderMap) -> sqlx::Result<Option<Principal>> {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, credential)| credential.trim());
    match bearer {
        Some(bearer) => app.keys.check(&app.db, bearer).await,
        None => Ok(None),
    }
}

/// What stands where a token may stand. The proxy takes all of it off.
fn tokens(headers: &HeaderMap, uri: &Uri) -> Vec<String> {
    let header = headers.get(PREVIEW_TOKEN).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let query = query.filter(|(name, _)| name == AUTH_QUERY).map(|(_, value)| value.into_owned());
    header.into_iter().chain(query).collect()
}

/// Who holds the token of the toolbox this address leads to: the same reading of it as the proxy's.
async fn holder(app: &App, uri: &Uri, token: &str) -> ApiResult<Option<Principal>> {
    let (id, _) = forward::target(uri)?;
    let row = preview::toolbox_of_token(app, &id, token).await?;
    Ok(row.map(|row| Principal::of_toolbox(row.organization_id)))
}
