//! The way to a sandbox's toolbox.

use super::{API, Sandbox};
use crate::timeout::Deadline;
use crate::transport::{Answer, Base, Call, Toolbox};
use crate::{Error, ErrorCode, Result};
use daytona_protocol::sandbox::ToolboxProxyUrl;
use http::Method;
use std::sync::Arc;

impl Sandbox {
    /// Makes one call to its toolbox; `change` adds what the call needs beyond method and path.
    pub(crate) async fn toolbox(
        &self,
        verb: &str,
        method: Method,
        path: &[&str],
        deadline: Deadline,
        change: impl FnOnce(&mut Call<'_>) -> Result<()>,
    ) -> Result<Answer> {
        let id = self.id();
        let proxy_url = self.proxy_url(verb, deadline).await?;
        let base = Base::Toolbox(Toolbox { sandbox_id: &id, proxy_url: &proxy_url });
        let mut call = Call::new(verb, method, base, path, deadline);
        change(&mut call)?;
        self.transport().send(call).await
    }

    /// The proxy the server named with the sandbox, else the one it names when asked.
    async fn proxy_url(&self, verb: &str, deadline: Deadline) -> Result<Arc<String>> {
        if self.transport().config().is_local() {
            return Ok(Arc::default());
        }
        if let Some(known) = self.0.proxy_url.load_full() {
            return Ok(known);
        }
        let mut url = self.0.data.load().toolbox_proxy_url.clone();
        if url.is_empty() {
            let id = self.id();
            let call = Call::new(verb, Method::GET, API, &["sandbox", &id, "toolbox-proxy-url"], deadline);
            url = self.transport().send_json::<ToolboxProxyUrl>(call).await?.url;
        }
        if url.is_empty() {
            return Err(Error::failed(
                ErrorCode::Server,
                verb,
                "the server names no toolbox proxy for the sandbox",
            ));
        }
        let url = Arc::new(url);
        self.0.proxy_url.store(Some(Arc::clone(&url)));
        Ok(url)
    }
}
