//! One request to a preview: is it under the preview's name, may it, there and back.

use super::door::{self, Credentials, Entry};
use super::page::{self, Refusal};
use super::{Place, headers};
use crate::app::App;
use crate::db::sandbox::Sandbox;
use crate::lifecycle::State;
use crate::lifecycle::live::Live;
use crate::listener::Permit;
use crate::proxy::{self, Passed, PortError};
use axum::extract::Request;
use axum::response::Response;
use daytona_protocol::headers::SKIP_LAST_ACTIVITY;
use http::header::HOST;
use http::{HeaderMap, Uri};
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

/// Any request that came to `place`. Logged are method, status and latency; never an address or a header.
pub(super) async fn forward(app: &Arc<App>, place: &Place, request: Request) -> Response {
    let asked = request.headers().clone();
    let span = tracing::info_span!(
        "preview",
        method = %request.method(),
        sandbox = place.sandbox_id,
        port = place.port
    );
    let began = Instant::now();
    let response = match serve(app, place, request).instrument(span.clone()).await {
        Ok(response) => response,
        Err(refusal) => refusal.answer(place, &asked),
    };
    span.in_scope(|| {
        let (status, milliseconds) = (response.status().as_u16(), began.elapsed().as_secs_f64() * 1e3);
        tracing::info!(status, milliseconds, "answered");
    });
    response
}

async fn serve(app: &Arc<App>, place: &Place, request: Request) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    if !is_for(place, &parts.headers, &parts.uri) {
        return Err(Refusal::NotOurs("this address answers only to its own name; check the Host header"));
    }
    if !super::is_shown(place.port) {
        return Err(Refusal::Port);
    }
    let credentials = Credentials::take(&mut parts);
    // Whether there is such a sandbox is nobody's business without a token of it.
    let row = app.db.sandbox(&place.sandbox_id).await.map_err(unavailable)?;
    let row = row.filter(|row| !row.pool && row.state != State::Destroying).ok_or(Refusal::NoEntry)?;
    match credentials.entry(app, place, &row, &parts).await.map_err(unavailable)? {
        None => return Err(Refusal::NoEntry),
        Some(Entry::SignIn { cookie, lifetime }) => {
            return Ok(page::signed_in(place, &parts.uri, &cookie, lifetime));
        }
        Some(Entry::Cookie) if door::is_foreign(&parts.headers, place) => {
            return Err(Refusal::NotOurs("requests from web pages of another origin are refused"));
        }
        Some(Entry::Cookie | Entry::Open) => {}
    }
    let live = running(app, &row)?;
    let silent = parts.headers.get(SKIP_LAST_ACTIVITY).is_some_and(|value| value == "true");
    let in_use = if silent { None } else { Some(live.enter()) };
    parts.uri = upstream(place.port, &parts.uri).ok_or(Refusal::Broken)?;
    let permit = parts.extensions.remove::<Permit>();
    let mut request = Request::from_parts(parts, body);
    let client = proxy::begin_upgrade(&mut request, |headers| headers::towards_application(headers, place));
    let response = live.ports.send(request).await.map_err(|error| match error {
        PortError::NothingListens => Refusal::NothingListens,
        PortError::Broken(error) => {
            tracing::debug!(error, "an application did not answer");
            Refusal::Broken
        }
    })?;
    let passed = Passed { client, in_use, permit, place: None };
    let response = passed.pass(app, response, |headers| headers::towards_visitor(headers, place));
    response.ok_or(Refusal::Broken)
}

/// Another name may be a web page's own that was made to lead here.
fn is_for(place: &Place, headers: &HeaderMap, uri: &Uri) -> bool {
    let own = |name: &str| name.eq_ignore_ascii_case(&place.authority);
    let mut hosts = headers.get_all(HOST).iter();
    let host_is_ours = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(own),
        _ => false,
    };
    host_is_ours && uri.authority().is_none_or(|authority| own(authority.as_str()))
}

fn running(app: &App, row: &Sandbox) -> Result<Arc<Live>, Refusal> {
    let live = if row.state == State::Started { app.live.get(&row.id) } else { None };
    live.ok_or_else(|| Refusal::NotStarted(row.state.as_str().to_owned()))
}

/// The same path and query, byte for byte, at the port.
fn upstream(port: u16, uri: &Uri) -> Option<Uri> {
    let whole = uri.path_and_query().map_or("/", |whole| whole.as_str());
    let authority = format!("localhost:{port}");
    Uri::builder().scheme("http").authority(authority).path_and_query(whole).build().ok()
}

fn unavailable(error: sqlx::Error) -> Refusal {
    tracing::error!(%error, "the database cannot be asked");
    Refusal::Unavailable
}
