//! What makes a URL fit to send a credential to.

use super::Setting;
use crate::{Error, Result};
use reqwest::Url;

/// Checks an API URL and brings it to the one form the rest relies on: no trailing slash, query or fragment.
pub(super) fn normalize(setting: Setting) -> Result<Setting> {
    let refuse = |reason: String| {
        let source = &setting.source;
        Error::validation("configure the client", format!("api_url (from {source}) {reason}"))
    };
    let example = "a complete URL such as https://app.daytona.io/api";
    // The value is repeated only once it is known to hold no password.
    let url = Url::parse(&setting.value).map_err(|error| refuse(format!("is not {example}: {error}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("must not contain a user name or password; pass api_key instead".into()));
    }
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(refuse(format!("must be an http or https URL, got {:?}", setting.value)));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse(format!("must have no query or fragment, got {:?}", setting.value)));
    }
    let value = url.as_str().trim_end_matches('/').to_owned();
    Ok(Setting { value, source: setting.source })
}

/// Whether a URL leads back to this machine, so that neither proxies nor encryption matter.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.to_ascii_lowercase().ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
