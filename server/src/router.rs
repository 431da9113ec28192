//! The table of contents: every route, what guards it, and where it is handled.

use crate::api_error::ApiError;
use crate::app::App;
use crate::extract::BODY_LIMIT;
use crate::middleware::{auth, context, guard};
use crate::openapi::{Document, tidy};
use crate::{api_key, preview, proxy, sandbox, system, workspace};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Routes anyone on this machine may ask.
fn public() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(system::health::health))
        .routes(routes!(system::config::config))
        .routes(routes!(system::openapi::openapi))
}

/// The control plane.
fn control_plane() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(sandbox::create::create, sandbox::list::list))
        .routes(routes!(sandbox::paginated::paginated))
        .routes(routes!(sandbox::get::get, sandbox::delete::delete))
        .routes(routes!(sandbox::start::start))
        .routes(routes!(sandbox::stop::stop))
        .routes(routes!(sandbox::archive::archive))
        .routes(routes!(sandbox::labels::labels))
        .routes(routes!(sandbox::public::public))
        .routes(routes!(sandbox::interval::autostop))
        .routes(routes!(sandbox::interval::autoarchive))
        .routes(routes!(sandbox::interval::autodelete))
        .routes(routes!(sandbox::last_activity::last_activity))
        .routes(routes!(sandbox::toolbox_proxy_url::toolbox_proxy_url))
        .routes(routes!(sandbox::report::report))
        .routes(routes!(sandbox::preview_url::preview_url))
        .routes(routes!(sandbox::signed_preview_url::signed_preview_url))
        .routes(routes!(sandbox::signed_preview_url::expire))
        .routes(routes!(api_key::create::create, api_key::list::list))
        .routes(routes!(api_key::current::current))
        .routes(routes!(api_key::get::get, api_key::delete::delete))
}

/// The control plane as the 0.14 clients know it.
fn control_plane_0_14() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(workspace::create::create, workspace::list::list))
        .routes(routes!(workspace::get::get, workspace::delete::delete))
        .routes(routes!(workspace::start::start))
        .routes(routes!(workspace::stop::stop))
        .routes(routes!(workspace::archive::archive))
        .routes(routes!(workspace::labels::labels))
        .routes(routes!(workspace::public::public))
        .routes(routes!(workspace::autostop::autostop))
        .routes(routes!(workspace::preview_url::preview_url))
}

/// Every route without what guards it, and the document of them all.
struct Parts {
    open: Router<Arc<App>>,
    guarded: Router<Arc<App>>,
    toolboxes: Router<Arc<App>>,
    document: utoipa::openapi::OpenApi,
}

fn parts() -> Parts {
    let (open, open_document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(system::health::health))
        .nest("/api", public())
        .split_for_parts();
    let (guarded, guarded_document) = OpenApiRouter::new()
        .nest("/api", control_plane().merge(control_plane_0_14()).layer(DefaultBodyLimit::max(BODY_LIMIT)))
        .routes(routes!(workspace::toolbox::toolbox))
        .split_for_parts();
    let (toolboxes, toolboxes_document) =
        OpenApiRouter::new().routes(routes!(proxy::forward::forward)).split_for_parts();
    let document = open_document.merge_from(guarded_document).merge_from(toolboxes_document);
    Parts { open, guarded, toolboxes, document: tidy(document) }
}

/// The document alone.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    parts().document
}

/// The service: guards outside, handlers inside.
pub(crate) fn service(app: Arc<App>) -> Router {
    let Parts { open, guarded, toolboxes, .. } = parts();
    guarded
        .route_layer(from_fn_with_state(Arc::clone(&app), auth::require_key))
        .merge(toolboxes.route_layer(from_fn_with_state(Arc::clone(&app), auth::require_key_or_token)))
        .merge(open)
        .fallback(async || {
            ApiError::not_found("There is nothing at this path; GET /api/openapi.json lists all")
        })
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(from_fn_with_state(Arc::clone(&app), guard::own_names_only))
        .layer(from_fn(context::surround))
        .layer(from_fn_with_state(Arc::clone(&app), preview::by_name))
        .with_state(app)
}
