//! The connection pools of one process.
//!
//! Two of them: loopback is spoken to directly, whatever the proxy variables say; everything else honours
//! `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`. Both are made on first use, and neither reads a
//! certificate before its first TLS handshake, so that making a client costs nothing.

use super::tls;
use crate::config::is_loopback;
use crate::{Error, ErrorCode, Result};
use reqwest::{Client, Url};
use std::sync::OnceLock;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Below the idle timeout of common servers, so that a pooled connection rarely closes as it is used.
const POOL_IDLE: Duration = Duration::from_secs(50);
/// How many connections wait for the next call: a burst of a thousand need not keep a thousand places of a server.
const POOL_SIZE: usize = 256;
/// Notices a peer that vanished while a long command runs.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Pools, made when they are needed.
#[derive(Default)]
pub(crate) struct Clients {
    direct: OnceLock<Client>,
    proxied: OnceLock<Client>,
}

impl Clients {
    /// The pool that serves `url`.
    pub(crate) fn for_url(&self, url: &Url) -> Result<&Client> {
        let direct = is_loopback(url);
        let cell = if direct { &self.direct } else { &self.proxied };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = build(direct)?;
        Ok(cell.get_or_init(|| client))
    }
}

fn build(direct: bool) -> Result<Client> {
    let fail =
        |error: &dyn std::fmt::Display| Error::failed(ErrorCode::Connection, "set up the connection", error);
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls::config().map_err(|error| fail(&error))?)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE)
        .pool_max_idle_per_host(POOL_SIZE)
        .tcp_keepalive(KEEPALIVE);
    if direct {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| fail(&error))
}
