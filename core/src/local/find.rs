//! Finds a running local server by what it left in its data folder.

use super::{Server, ours, private, unavailable};
use crate::config::is_loopback;
use crate::transport::Endpoint;
use crate::transport::clients::Clients;
use crate::{Result, VERSION};
use daytona_protocol::system::Health;
use reqwest::Url;
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A server on loopback answers at once; on a machine that is short of everything, within this.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

/// What a running server says of itself in `server.json`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ServerFile {
    /// Its process.
    pub pid: u32,
    /// Base URL of its API.
    pub url: String,
    /// Its version.
    pub version: String,
    /// When it became ready, ISO 8601.
    #[serde(default)]
    pub started_at: String,
}

impl ServerFile {
    /// Reads `server.json` of a data folder; none when there is none or it is not whole.
    ///
    /// # Errors
    /// When the file cannot be read, or others could have written it.
    pub fn read(data_dir: &Path) -> std::io::Result<Option<Self>> {
        let text = private::read(&data_dir.join("server.json"))?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Whether a process with its pid exists.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        is_alive(self.pid)
    }
}

/// The server of this data folder, if one runs and may be used.
pub(super) async fn running(data_dir: &Path, clients: &Clients, verb: &str) -> Result<Option<Server>> {
    let unreadable = |error| unavailable(verb, format!("{}/server.json: {error}", data_dir.display()));
    let read = || ServerFile::read(data_dir).map_err(unreadable);
    let Some(file) = read()? else { return Ok(None) };
    let found = ours::Found::new(file.pid, &data_dir.join("server.json")).map_err(unreadable)?;
    // What was looked at must be what was read.
    let Some(found) = found.filter(|_| read().is_ok_and(|again| again.as_ref() == Some(&file))) else {
        return Ok(None);
    };
    let Some(origin) = Url::parse(&file.url).ok().filter(|url| url.scheme() == "http" && is_loopback(url))
    else {
        return Err(unavailable(
            verb,
            format!("{}/server.json names {:?}, which is not on this machine", data_dir.display(), file.url),
        ));
    };
    // Somebody else's listener is no server of ours, whatever it would answer.
    let address = origin.socket_addrs(|| None).ok().and_then(|addresses| addresses.first().copied());
    let Some(address) = address else { return Ok(None) };
    let listens = ours::listens(address)
        .map_err(|error| unavailable(verb, format!("cannot see who listens on {address}: {error}")))?;
    if !listens {
        return Ok(None);
    }
    let Some(health) = health(&origin, clients).await else { return Ok(None) };
    // The health answer counts, not the file: a port can belong to another program of ours by now.
    let version = health.version.unwrap_or(file.version);
    if version != VERSION {
        return Err(unavailable(
            verb,
            format!(
                "the local server (pid {}) is version {version} and this package is {VERSION}; stop it with \
                 `daytona stop --data-dir {}`, and the next call starts the right one (sandboxes are kept)",
                file.pid,
                data_dir.display()
            ),
        ));
    }
    let path = data_dir.join("api-key");
    let key =
        private::read(&path).map_err(|error| unavailable(verb, format!("{}: {error}", path.display())))?;
    let Some(key) = key.as_deref().map(str::trim).filter(|key| !key.is_empty()) else {
        return Err(unavailable(
            verb,
            format!(
                "{} is missing; restart the local server with `daytona stop` to make a new one",
                path.display()
            ),
        ));
    };
    let endpoint = Arc::new(Endpoint::local(&origin, key, &path)?);
    Ok(Some(Server { endpoint, found }))
}

/// What answers there, if it is a Daytona server in good health. Carries no credential.
async fn health(base: &Url, clients: &Clients) -> Option<Health> {
    let mut url = base.clone();
    url.set_path("/api/health");
    let request = clients.for_url(&url).ok()?.get(url).timeout(HEALTH_TIMEOUT);
    let mut response = request.send().await.ok().filter(|response| response.status().is_success())?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > 64 * 1024 {
            return None;
        }
    }
    serde_json::from_slice::<Health>(&body).ok().filter(|health| health.status == "ok")
}

#[cfg(unix)]
pub(super) fn is_alive(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else { return false };
    // Not permitted means that it is there.
    !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
pub(super) fn is_alive(_pid: u32) -> bool {
    false
}
