//! The way to a sandbox's toolbox.

use super::{API, Sandbox};
use crate::timeout::Deadline;
use crate::transport::{Answer, Base, Call, Resend, Toolbox};
use crate::{Error, ErrorCode, Result};
use daytona_protocol::sandbox::ToolboxProxyUrl;
use http::Method;
use serde::de::DeserializeOwned;
use std::future::Future;
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
        let head = |answer| std::future::ready(Ok(answer));
        self.toolbox_read(verb, method, path, deadline, change, head).await
    }

    /// The same for what is answered with a JSON document, which is asked for again if it breaks off.
    pub(crate) async fn toolbox_json<T: DeserializeOwned>(
        &self,
        verb: &str,
        method: Method,
        path: &[&str],
        deadline: Deadline,
        change: impl FnOnce(&mut Call<'_>) -> Result<()>,
    ) -> Result<T> {
        self.toolbox_read(verb, method, path, deadline, change, Answer::json).await
    }

    /// Has something done that must not be done twice and is answered with nothing of interest.
    pub(crate) async fn toolbox_post(
        &self,
        verb: &str,
        path: &[&str],
        deadline: Deadline,
        change: impl FnOnce(&mut Call<'_>) -> Result<()>,
    ) -> Result<()> {
        let once = |call: &mut Call<'_>| {
            call.resend = Resend::Never;
            change(call)
        };
        self.toolbox(verb, Method::POST, path, deadline, once).await?.discard().await;
        Ok(())
    }

    /// Makes one call and reads its answer, both again if the answer breaks off and the call may be repeated.
    pub(crate) async fn toolbox_read<T, F: Future<Output = Result<T>>>(
        &self,
        verb: &str,
        method: Method,
        path: &[&str],
        deadline: Deadline,
        change: impl FnOnce(&mut Call<'_>) -> Result<()>,
        read: fn(Answer) -> F,
    ) -> Result<T> {
        let id = self.id();
        let proxy_url = self.proxy_url(verb, deadline).await?;
        let base = Base::Toolbox(Toolbox { sandbox_id: &id, proxy_url: &proxy_url });
        let mut call = Call::new(verb, method, base, path, deadline);
        change(&mut call)?;
        self.transport().send_and_read(call, read).await
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
