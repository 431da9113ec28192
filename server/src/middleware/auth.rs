//! Lets a request through when it carries a good API key, and notes whose it is.

use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::AUTHORIZATION;
use std::sync::Arc;

/// Middleware of every route but the public ones.
pub(crate) async fn require_key(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> ApiResult<Response> {
    let bearer = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, credential)| credential.trim());
    // A JWT is no key of ours: it fails like any other unknown credential, without a look into the database.
    let principal = match bearer {
        Some(bearer) => app.keys.check(&app.db, bearer).await?,
        None => None,
    };
    let Some(principal) = principal else { return Err(ApiError::invalid_credentials()) };
    tracing::Span::current().record("key", &*principal.key_name);
    request.extensions_mut().insert(principal);
    Ok(next.run(request).await)
}
