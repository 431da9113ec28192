//! The CLI's configuration file: which profile is active, and what it sets.

use crate::{Error, Result};
use serde::Deserialize;
use std::io::Read;
use std::path::Path;

/// More than any file of profiles holds.
const LIMIT: u64 = 4 << 20;

/// What the active profile sets.
#[derive(Default)]
pub(super) struct Profile {
    pub(super) api_url: Option<String>,
    pub(super) api_key: Option<String>,
    pub(super) jwt_token: Option<String>,
    pub(super) organization_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(default)]
    active_profile: Option<String>,
    #[serde(default)]
    profiles: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    api: Option<Api>,
    #[serde(default)]
    active_organization_id: Option<String>,
}

#[derive(Default, Deserialize)]
struct Api {
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    token: Option<Token>,
}

/// A bare token, or what an OIDC login leaves.
#[derive(Deserialize)]
#[serde(untagged)]
enum Token {
    Text(String),
    #[serde(rename_all = "camelCase")]
    Login {
        access_token: String,
    },
}

/// The active profile of `config.json`; empty when there is no such file or no active profile in it.
pub(super) fn read(path: &Path) -> Result<Profile> {
    let fail = |reason: String| {
        Error::validation("read the configuration file", format!("{}: {reason}", path.display()))
    };
    let mut text = String::new();
    match std::fs::File::open(path) {
        Ok(file) => file.take(LIMIT).read_to_string(&mut text).map_err(|error| fail(error.to_string()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Profile::default()),
        Err(error) => return Err(fail(error.to_string())),
    };
    // The parser's message may quote a value, and a value may be a key: only the place is repeated.
    let file: File = serde_json::from_str(&text).map_err(|error| {
        fail(format!(
            "not a valid configuration (line {}, column {}); correct or remove it",
            error.line(),
            error.column()
        ))
    })?;
    let Some(active) = file.active_profile.filter(|id| !id.is_empty()) else {
        return Ok(Profile::default());
    };
    let entry = file
        .profiles
        .into_iter()
        .find(|entry| entry.id.as_ref() == Some(&active) || entry.name.as_ref() == Some(&active));
    let Some(entry) = entry else { return Ok(Profile::default()) };
    let api = entry.api.unwrap_or_default();
    Ok(Profile {
        api_url: api.url,
        api_key: api.key,
        jwt_token: api.token.map(|token| match token {
            Token::Text(text) => text,
            Token::Login { access_token } => access_token,
        }),
        organization_id: entry.active_organization_id,
    })
}
