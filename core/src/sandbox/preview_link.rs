//! The link to what listens on a port of a sandbox.

use super::{API, CONTROL_TIMEOUT, Sandbox};
use crate::transport::Call;
use crate::{Error, ErrorCode, Result};
use daytona_protocol::preview::{PORTS, PortPreviewUrl};
use http::Method;
use std::fmt;

/// Where a port of a sandbox is served, and what lets one in.
#[derive(Clone, PartialEq, Eq)]
pub struct PreviewLink {
    /// The URL; paths of the application follow its host.
    pub url: String,
    /// Lets in as header `x-daytona-preview-token`; not needed when the sandbox is public. A secret.
    pub token: String,
}

impl fmt::Debug for PreviewLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreviewLink").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// The URL and token of what listens on `port`, from 3000 to 9999. Nothing has to listen yet.
    ///
    /// # Errors
    /// `Validation` for another port.
    pub async fn get_preview_link(&self, port: u16) -> Result<PreviewLink> {
        let id = self.id();
        let verb = format!("get the preview link of port {port} of sandbox {id}");
        if !PORTS.contains(&port) {
            let (first, last) = (PORTS.start(), PORTS.end());
            return Err(Error::validation(
                &verb,
                format!(
                    "previews serve the ports {first} to {last}; let the application listen on one of those"
                ),
            ));
        }
        let number = port.to_string();
        let path = ["sandbox", &id, "ports", &number, "preview-url"];
        let call = Call::new(&verb, Method::GET, API, &path, CONTROL_TIMEOUT.deadline());
        let answer: PortPreviewUrl = self.transport().send_json(call).await?;
        if answer.url.is_empty() {
            return Err(Error::failed(ErrorCode::Server, &verb, "the server named no URL"));
        }
        Ok(PreviewLink { url: answer.url, token: answer.token })
    }
}
