//! Configuration: what a client was told, by whom, and what follows from it.
//!
//! Precedence is one operation ([`Config::resolve`]), run once, on an [`Environment`] passed in as a value:
//! argument > process environment > `.env.local` > `.env` > configuration file > default. Every setting
//! remembers its [`Source`], so that an error can say where a bad value came from. Secrets never appear in
//! `Debug`, warnings or errors.

mod dotenv;
pub mod env_vars;
mod environment;
mod profile;
mod resolve;
mod source;
mod url;

pub use environment::Environment;
pub use source::Source;
pub(crate) use url::is_loopback;

use std::fmt;

/// The API used when nothing else is configured.
pub const DEFAULT_API_URL: &str = "https://app.daytona.io/api";
/// The region used when nothing else is configured.
pub const DEFAULT_TARGET: &str = "us";
/// The target that means this machine.
pub const LOCAL_TARGET: &str = "local";

/// What a caller passes; everything is optional.
#[derive(Clone, Default)]
pub struct ConfigOptions {
    /// API key.
    pub api_key: Option<String>,
    /// Base URL of the API, `/api` included.
    pub api_url: Option<String>,
    /// Region of new sandboxes, or `local`.
    pub target: Option<String>,
    /// JWT used instead of an API key; needs `organization_id`.
    pub jwt_token: Option<String>,
    /// The organization the JWT acts for.
    pub organization_id: Option<String>,
    /// Deprecated name of `api_url`.
    pub server_url: Option<String>,
}

impl fmt::Debug for ConfigOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigOptions")
            .field("api_key", &self.api_key.as_ref().map(|_| Hidden))
            .field("api_url", &self.api_url)
            .field("target", &self.target)
            .field("jwt_token", &self.jwt_token.as_ref().map(|_| Hidden))
            .field("organization_id", &self.organization_id)
            .field("server_url", &self.server_url)
            .finish()
    }
}

/// A setting and where it came from.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) value: String,
    pub(crate) source: Source,
}

/// Resolved configuration. `Config::resolve` makes one.
#[derive(Clone)]
pub struct Config {
    api_key: Option<Setting>,
    jwt_token: Option<Setting>,
    organization_id: Option<Setting>,
    api_url: Option<Setting>,
    target: Setting,
    warnings: Vec<String>,
    deprecations: Vec<String>,
}

/// What authenticates a request, chosen by [`Config::credential`].
#[derive(Clone, Copy)]
pub(crate) struct Credential<'a> {
    pub(crate) name: &'static str,
    pub(crate) setting: &'a Setting,
    /// Sent with a JWT only: a key carries its organization.
    pub(crate) organization_id: Option<&'a str>,
}

impl Config {
    /// The API key, if one is set.
    #[must_use]
    pub fn api_key(&self) -> Option<&str> {
        value(self.api_key.as_ref())
    }

    /// The JWT, if one is set.
    #[must_use]
    pub fn jwt_token(&self) -> Option<&str> {
        value(self.jwt_token.as_ref())
    }

    /// The organization, if one is set.
    #[must_use]
    pub fn organization_id(&self) -> Option<&str> {
        value(self.organization_id.as_ref())
    }

    /// The API's base URL, without a trailing slash; none when the local server is used, whose URL is known
    /// only once it runs.
    #[must_use]
    pub fn api_url(&self) -> Option<&str> {
        value(self.api_url.as_ref())
    }

    /// Region of new sandboxes, or `local`.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target.value
    }

    /// Whether requests go to the local server, which is started when it does not run.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.api_url.is_none()
    }

    /// Where a setting came from, by the name it has in `ConfigOptions`; none when it is not set.
    #[must_use]
    pub fn source_of(&self, name: &str) -> Option<&Source> {
        self.setting(name).map(|setting| &setting.source)
    }

    /// What deserves the user's attention without stopping anything: a key sent unencrypted, a file that could
    /// not be read.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Older names that were used, with the ones to use instead. Apart from the warnings, since languages
    /// show these to developers only.
    #[must_use]
    pub fn deprecations(&self) -> &[String] {
        &self.deprecations
    }

    /// The region to ask for: only one that somebody chose, so that a server's own default stands otherwise.
    pub(crate) fn chosen_target(&self) -> Option<&str> {
        (self.target.source != Source::Default).then_some(self.target.value.as_str())
    }

    /// The credential of higher precedence; the key where both come from the same place.
    pub(crate) fn credential(&self) -> Option<Credential<'_>> {
        let jwt = self.jwt_token.as_ref().map(|setting| Credential {
            name: "jwt_token",
            setting,
            organization_id: self.organization_id(),
        });
        let key = self.api_key.as_ref().map(|setting| Credential {
            name: "api_key",
            setting,
            organization_id: None,
        });
        match (key, jwt) {
            (Some(key), Some(jwt)) if jwt.setting.source.rank() < key.setting.source.rank() => Some(jwt),
            (Some(key), _) => Some(key),
            (None, jwt) => jwt,
        }
    }

    fn setting(&self, name: &str) -> Option<&Setting> {
        match name {
            "api_key" => self.api_key.as_ref(),
            "jwt_token" => self.jwt_token.as_ref(),
            "organization_id" => self.organization_id.as_ref(),
            "api_url" | "server_url" => self.api_url.as_ref(),
            "target" => Some(&self.target),
            _ => None,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("api_key", &self.api_key.as_ref().map(|setting| (Hidden, &setting.source)))
            .field("jwt_token", &self.jwt_token.as_ref().map(|setting| (Hidden, &setting.source)))
            .field("organization_id", &self.organization_id)
            .field("api_url", &self.api_url)
            .field("target", &self.target)
            .field("warnings", &self.warnings)
            .field("deprecations", &self.deprecations)
            .finish()
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} (from {})", self.value, self.source)
    }
}

/// Stands for a secret in `Debug`.
struct Hidden;

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

fn value(setting: Option<&Setting>) -> Option<&str> {
    setting.map(|setting| setting.value.as_str())
}

/// Trimmed, and none when nothing remains: `DAYTONA_TARGET=` is how people unset a variable.
fn non_empty(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
