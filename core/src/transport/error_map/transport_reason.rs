//! Failures below HTTP: no address, nobody listening, no trust, a broken connection.

use super::Context;
use crate::{Error, ErrorCode};
use reqwest::Url;
use std::error::Error as StdError;
use std::io;

/// Scheme, host and port: enough to find the mistake, and free of paths and queries.
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The request failed before an answer's head arrived.
pub(crate) fn from_transport(context: &Context, url: &Url, error: &reqwest::Error) -> Error {
    let target = origin(url);
    let check = format!("check {}", context.api_url);
    // Before a connection stands, nothing of the request can have arrived.
    let not_received = error.is_connect() || error.is_builder();
    if let Some(own) = chain(error).find_map(|error| error.downcast_ref::<Error>()) {
        // The caller's body stream failed, with an error that says why.
        return own.clone();
    }
    let reason = if error.is_dns() {
        let host = url.host_str().unwrap_or_default();
        format!("the host {host} was not found ({}); {check} and the network", deepest(error))
    } else if let Some(tls) = find(error, tls_error) {
        format!("no trusted TLS connection to {target}: {tls}; {check} and the system's certificates")
    } else {
        match find(error, |io| Some(io.kind())) {
            Some(io::ErrorKind::ConnectionRefused) => {
                format!("nothing listens on {target} (connection refused); {check}")
            }
            Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
                format!("{target} cannot be reached from here; {check} and the network")
            }
            _ if error.is_connect() && error.is_timeout() => {
                format!("{target} did not accept a connection within 10 s; {check} and the network")
            }
            _ if error.is_connect() => format!("no connection to {target}: {}; {check}", deepest(error)),
            _ => format!("the connection to {target} broke before the answer came ({})", deepest(error)),
        }
    };
    context.error(ErrorCode::Connection, reason).with_facts(|facts| facts.not_received = not_received)
}

/// The answer began and did not come to its end.
pub(crate) fn from_body(context: &Context, response: &reqwest::Response, error: &reqwest::Error) -> Error {
    let target = origin(response.url());
    context.error(
        ErrorCode::Connection,
        format!("the connection to {target} broke in the middle of the answer ({})", deepest(error)),
    )
}

/// The first I/O error in the chain that `pick` accepts.
fn find<T>(error: &reqwest::Error, pick: impl Fn(&io::Error) -> Option<T>) -> Option<T> {
    chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).find_map(pick)
}

/// What TLS said: it comes wrapped in an I/O error, or in two, which hide it from the chain of causes.
fn tls_error(io: &io::Error) -> Option<rustls::Error> {
    let inner = io.get_ref()?;
    match inner.downcast_ref::<rustls::Error>() {
        Some(tls) => Some(tls.clone()),
        None => tls_error(inner.downcast_ref::<io::Error>()?),
    }
}

/// The causes of an error, outermost first.
fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |error| (*error).source())
}

/// The innermost cause, which is the one that names the trouble.
fn deepest(error: &reqwest::Error) -> String {
    chain(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}
