//! `GET /process/session/{id}/command/{command}/logs`: all so far, or all to come.

use super::create::ENTRYPOINT;
use super::exec::{members, unreadable};
use super::extract::NamedCommand;
use super::follow::Place;
use super::follow::Tail;
use super::form::{Form, subprotocol};
use super::store::not_found;
use super::view::{Part, Show, View};
use crate::error::ApiError;
use crate::serve::Slot;
use crate::wire::Params;
use axum::Extension;
use axum::body::Body;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use daytona_protocol::error::toolbox as code;
use daytona_protocol::headers::LOG_NEXT;
use tokio::sync::Semaphore;

/// Logs followed at once: half of all connections, so that other requests find one, and their two descriptors
/// each stay below the usual limit of 1024.
static FOLLOWERS: Semaphore = Semaphore::const_new(256);
/// The published size of a WebSocket message.
const FRAME: usize = 1024;
/// The size for clients that resume by offset.
const LARGE_FRAME: usize = 256 << 10;
/// Clients have nothing to say here.
const MAX_INCOMING: usize = 4 << 10;

/// Sends the log in the form the client knows; from a byte on, and following it, when asked.
pub(crate) async fn logs(
    NamedCommand(_, command): NamedCommand,
    params: Params,
    Extension(slot): Extension<Slot>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let follow = params.flag("follow")?;
    let progress = command.log.progress();
    let offset = params.get("offset").map(|text| from_offset(text, progress.len)).transpose()?;
    let form = if offset.is_some() { Form::Marked } else { Form::wanted(&headers) };
    let start = offset.unwrap_or(0);
    let file = command.open_log().await?;

    if let Ok(mut upgrade) = upgrade {
        let place = place(slot)?;
        if let Some(name) = subprotocol(&headers).and_then(|name| HeaderValue::from_str(name).ok()) {
            upgrade.set_selected_protocol(name);
        }
        let tail = Tail::new(file, start, command.log.watch());
        let show = Show { bare: form == Form::Plain, ..Show::default() };
        let frame = if offset.is_some() { LARGE_FRAME } else { FRAME };
        let upgrade = upgrade.max_message_size(MAX_INCOMING).max_frame_size(MAX_INCOMING);
        let mut response = upgrade.on_upgrade(move |socket| tail.into_socket(socket, show, frame, place));
        if let Some(offset) = offset {
            // Tells a client that the offset was understood.
            response.headers_mut().insert(LOG_NEXT, offset.into());
        }
        return Ok(response);
    }
    if follow {
        let tail = Tail::new(file, start, command.log.watch());
        let plain = form == Form::Plain;
        let show = Show { bare: plain, text: plain, ..Show::default() };
        let body = Body::from_stream(tail.into_stream(show, place(slot)?));
        return Ok(([(CONTENT_TYPE, "application/octet-stream")], body).into_response());
    }
    let plain = Show { bare: form == Form::Plain, text: form == Form::Plain, ..Show::default() };
    let (content_type, parts) = match form {
        _ if offset.is_some() => ("application/octet-stream", vec![Part::Log(plain)]),
        Form::Split => {
            let mut parts = vec![Part::Literal("{".to_owned())];
            parts.extend(members(form));
            parts.push(Part::Literal("}".to_owned()));
            ("application/json", parts)
        }
        Form::Marked | Form::Plain => ("text/plain; charset=utf-8", vec![Part::Log(plain)]),
    };
    let view = View::new(file, start, progress.len, parts);
    let mut response = view.into_response(content_type).await.map_err(|error| unreadable(&error))?;
    response.headers_mut().insert(LOG_NEXT, progress.len.into());
    Ok(response)
}

/// `GET /process/session/entrypoint/logs`: there is no such session here.
pub(crate) async fn entrypoint_logs() -> ApiError {
    not_found(ENTRYPOINT)
}

fn from_offset(text: &str, len: u64) -> Result<u64, ApiError> {
    text.parse().ok().filter(|offset| *offset <= len).ok_or_else(|| {
        ApiError::bad_request(format!(
            "offset must be a number from 0 to the log's length {len}, not '{text}'"
        ))
    })
}

fn place(slot: Slot) -> Result<Place, ApiError> {
    FOLLOWERS.try_acquire().map(|permit| Place { _slot: slot, _permit: permit }).map_err(|_| {
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            code::INTERNAL_SERVER_ERROR,
            "too many logs are being followed at once; close some",
        )
    })
}
