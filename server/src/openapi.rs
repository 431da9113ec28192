//! The OpenAPI document, collected from the handlers by the router that serves them.

use crate::router;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

/// What the handlers do not say.
#[derive(OpenApi)]
#[openapi(
    info(title = "Daytona local server", description = "The Daytona API, served on this machine."),
    modifiers(&Bearer)
)]
pub(crate) struct Document;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key, `dtn_` and 64 hexadecimal digits"))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// The document of everything this server serves.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    router::document()
}

/// Path parameters as OpenAPI writes them: a wildcard has no star there.
pub(crate) fn tidy(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    document.paths.paths =
        document.paths.paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    document
}
