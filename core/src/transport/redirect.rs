//! Redirects, followed by hand: the decision depends on who answers, the method, the body and both origins.
//!
//! What must stay true: no redirect of a toolbox is followed. Code in the sandbox can answer in its place, and
//! every sandbox is reached below the same origin: `Location: /toolbox/other/process/execute` would make the
//! client run the command, with its credential, in a sandbox the redirecting one has no right to.

use super::{Base, Call, error_map};
use crate::{Error, ErrorCode, Result};
use http::{Method, StatusCode, header::LOCATION};
use reqwest::Url;

/// More than any honest server needs.
pub(super) const LIMIT: usize = 5;

/// Where to go next.
pub(super) struct Hop {
    pub(super) url: Url,
    /// Whether credentials may go there.
    pub(super) same_origin: bool,
}

/// The next hop, or why the redirect is not followed.
pub(super) fn follow(call: &Call<'_>, from: &Url, response: &reqwest::Response) -> Result<Hop> {
    let refuse = |reason: String| {
        Error::failed(ErrorCode::Server, call.verb, reason)
            .with_facts(|facts| facts.status = Some(response.status().as_u16()))
    };
    if let Base::Toolbox(toolbox) = call.base {
        return Err(refuse(format!(
            "the toolbox of sandbox {} tried to redirect the request; toolboxes never do, so what answered is \
             not to be trusted, and the request was sent nowhere else",
            toolbox.sandbox_id
        )));
    }
    let to = response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| from.join(text).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| {
            refuse(format!("the server answered {} without a usable Location", response.status()))
        })?;
    let target = error_map::origin(&to);
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(refuse(format!(
            "the server redirects to {target}, which is not encrypted; not followed"
        )));
    }
    let same_origin = from.origin() == to.origin();
    let reading = matches!(call.method, Method::GET | Method::HEAD);
    let keeps_method =
        matches!(response.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    if reading || (same_origin && keeps_method && call.body.can_resend()) {
        return Ok(Hop { url: to, same_origin });
    }
    Err(refuse(format!(
        "the server redirects the request to {target}; the credential was not sent there. If that is your API, \
         set api_url to its address"
    )))
}
