//! The CLI's configuration file: which profile is active, and what it sets.
//!
//! A file that cannot be read is a fact and not a failure: whoever has set everything elsewhere does not need it.

use serde::Deserialize;
use std::io::{ErrorKind, Read};
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
    /// Why nothing of it is known.
    pub(super) unread: Option<Unread>,
}

/// A file that may hold settings and could not be read.
pub(super) struct Unread {
    /// `<path>: <why>`.
    pub(super) reason: String,
    /// Whether there is such a file; where even that cannot be seen, there hardly is.
    pub(super) exists: bool,
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
pub(super) fn read(path: &Path) -> Profile {
    match parse(path) {
        Ok(file) => file.and_then(active).unwrap_or_default(),
        Err(reason) => {
            let unread = Unread {
                reason: format!("{}: {reason}", path.display()),
                exists: std::fs::symlink_metadata(path).is_ok(),
            };
            Profile { unread: Some(unread), ..Profile::default() }
        }
    }
}

/// None when there is no such file; else why it cannot be read.
fn parse(path: &Path) -> Result<Option<File>, String> {
    let mut text = String::new();
    match std::fs::File::open(path) {
        Ok(file) => file.take(LIMIT).read_to_string(&mut text).map_err(|error| error.to_string())?,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error.to_string()),
    };
    // The parser's message may quote a value, and a value may be a key: only the place is repeated.
    serde_json::from_str(&text).map(Some).map_err(|error| {
        format!("not a valid configuration (line {}, column {})", error.line(), error.column())
    })
}

fn active(file: File) -> Option<Profile> {
    let active = file.active_profile.filter(|id| !id.is_empty())?;
    let entry = file
        .profiles
        .into_iter()
        .find(|entry| entry.id.as_ref() == Some(&active) || entry.name.as_ref() == Some(&active))?;
    let api = entry.api.unwrap_or_default();
    Some(Profile {
        api_url: api.url,
        api_key: api.key,
        jwt_token: api.token.map(|token| match token {
            Token::Text(text) => text,
            Token::Login { access_token } => access_token,
        }),
        organization_id: entry.active_organization_id,
        unread: None,
    })
}
