//! Where an API is and what authenticates a request to it.

use crate::config::{Config, is_loopback};
use crate::{Error, ErrorCode, Result};
use http::HeaderValue;
use reqwest::Url;

/// One API with its credential.
pub(crate) struct Endpoint {
    api: Url,
    authorization: HeaderValue,
    organization: Option<HeaderValue>,
    /// The local target's fixed toolbox proxy.
    local_toolbox: Option<Url>,
    /// Names the credential in errors: `api_key (from DAYTONA_API_KEY in .env)`.
    credential_hint: String,
}

impl Endpoint {
    /// The configured API; none when the target is local.
    pub(super) fn remote(config: &Config) -> Result<Option<Self>> {
        let (Some(api_url), Some(credential)) = (config.api_url(), config.credential()) else {
            return Ok(None);
        };
        let verb = "configure the client";
        let api =
            Url::parse(api_url).map_err(|error| Error::validation(verb, format!("api_url: {error}")))?;
        let hint = format!("{} (from {})", credential.name, credential.setting.source);
        let organization = credential.organization_id.map(HeaderValue::from_str).transpose();
        Ok(Some(Self {
            api,
            authorization: bearer(&credential.setting.value, &hint)?,
            organization: organization
                .map_err(|_| Error::validation(verb, "organization_id cannot be sent in an HTTP header"))?,
            local_toolbox: None,
            credential_hint: hint,
        }))
    }

    /// The local server at `origin`.
    pub(crate) fn local(origin: &Url, key: &str, key_path: &std::path::Path) -> Result<Self> {
        let hint = format!("the local key in {}", key_path.display());
        let below = |path: &str| {
            let mut url = origin.clone();
            url.set_path(path);
            url
        };
        Ok(Self {
            api: below("/api"),
            authorization: bearer(key, &hint)?,
            organization: None,
            local_toolbox: Some(below("/toolbox")),
            credential_hint: hint,
        })
    }

    pub(super) fn api(&self) -> &Url {
        &self.api
    }

    pub(super) fn is_local(&self) -> bool {
        self.local_toolbox.is_some()
    }

    pub(super) fn authorization(&self) -> &HeaderValue {
        &self.authorization
    }

    pub(super) fn organization(&self) -> Option<&HeaderValue> {
        self.organization.as_ref()
    }

    pub(super) fn credential_hint(&self) -> &str {
        &self.credential_hint
    }

    /// The toolbox proxy: the one the control plane named, if a credential may go there.
    pub(super) fn toolbox(&self, verb: &str, proxy_url: &str) -> Result<Url> {
        if let Some(local) = &self.local_toolbox {
            return Ok(local.clone());
        }
        let refuse = |reason: &str| Error::failed(ErrorCode::Server, verb, reason);
        let url = Url::parse(proxy_url)
            .map_err(|_| refuse("the server named no usable toolbox proxy URL for the sandbox"))?;
        match url.scheme() {
            "https" => Ok(url),
            "http" if self.api.scheme() == "http" || is_loopback(&url) => Ok(url),
            _ => Err(refuse(
                "the server named an unencrypted toolbox proxy; the credential was not sent there",
            )),
        }
    }
}

fn bearer(secret: &str, hint: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {secret}")).map_err(|_| {
        Error::validation("configure the client", format!("{hint} cannot be sent in an HTTP header"))
    })?;
    value.set_sensitive(true);
    Ok(value)
}
