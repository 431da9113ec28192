//! Previews: what listens on a port of a sandbox, served to browsers and programs on this machine.
//!
//! A preview has an origin of its own: a loopback address of its own (`listeners`), or the name
//! `{port}-{sandboxId}.localhost` on the server's main address. What must stay true: nothing is served without
//! a token of that very port, unless the sandbox is public; no credential reaches the application; what the
//! application answers can act on its own origin only; nothing is buffered that can be streamed.

mod door;
mod forward;
mod headers;
mod listeners;
mod page;
mod secret;

pub(crate) use listeners::Listeners;
pub(crate) use secret::{Secret, Subject};

use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use crate::db::sandbox::Sandbox;
use crate::extract::printable;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use daytona_protocol::preview::{PORTS, TERMINAL_PORT, TOOLBOX_PORT};
use http::header::HOST;
use std::sync::Arc;

/// What a listener, or a name, leads to.
#[derive(Debug)]
pub(crate) struct Place {
    sandbox_id: String,
    port: u16,
    /// Host and port as they stand in the address bar.
    authority: String,
}

impl Place {
    /// `{port}-{sandboxId}.localhost:{server port}`, if that is what `host` is.
    fn named(host: &str, server_port: u16) -> Option<Self> {
        let name = host.strip_suffix(&format!(":{server_port}"));
        let name = name.or((server_port == 80).then_some(host))?;
        let label = name.strip_suffix(".localhost")?;
        let (port, sandbox_id) = label.split_once('-')?;
        let port = port.parse().ok().filter(|_| port.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(Self { sandbox_id: sandbox_id.to_owned(), port, authority: host.to_owned() })
    }
}

/// A port of a path, if it can be previewed.
pub(crate) fn port(text: &str) -> ApiResult<u16> {
    text.parse().ok().filter(|port| is_shown(*port)).ok_or_else(|| {
        ApiError::bad_request(format!(
            "Invalid port: {} cannot be previewed, only {} to {} and the terminal's, {TERMINAL_PORT}, can",
            printable(text),
            PORTS.start(),
            PORTS.end()
        ))
    })
}

/// Whether there is a preview of the port.
fn is_shown(port: u16) -> bool {
    PORTS.contains(&port) || port == TERMINAL_PORT
}

/// The sandbox whose toolbox this token opens, if that is the one of the id.
pub(crate) async fn toolbox_of_token(app: &App, id: &str, token: &str) -> sqlx::Result<Option<Sandbox>> {
    if !secret::is_token(token) {
        return Ok(None);
    }
    let row = app.db.sandbox(id).await?.filter(|row| !row.pool);
    Ok(row.filter(|row| app.preview_secret.is_token(Subject::of(row, TOOLBOX_PORT), token)))
}

/// Middleware around the control plane: requests for a preview's name go to the preview.
pub(crate) async fn by_name(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let place = host.and_then(|host| Place::named(&host.to_ascii_lowercase(), app.previews.port()));
    match place {
        Some(place) => forward::forward(&app, &place, request).await,
        None => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_previews_are_told_from_all_others() {
        let place = Place::named("3000-a-b.localhost:4000", 4000).expect("a preview's name");
        assert_eq!((place.port, place.sandbox_id.as_str()), (3000, "a-b"));
        assert!(Place::named("3000-a.localhost", 80).is_some());
        for other in [
            "localhost:4000",
            "127.0.0.1:4000",
            "3000-a.localhost",
            "3000-a.localhost:4001",
            "3000-a.localhost:4000.evil.example",
            "3000-a.evil.example:4000",
            "+3000-a.localhost:4000",
            "a.localhost:4000",
            "70000-a.localhost:4000",
            "",
        ] {
            assert!(Place::named(other, 4000).is_none(), "{other}");
        }
    }
}
