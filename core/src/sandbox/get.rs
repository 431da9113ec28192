//! Finding one sandbox, and asking how it is now.

use super::{API, CONTROL_TIMEOUT, Sandbox};
use crate::timeout::Deadline;
use crate::transport::{Call, Transport};
use crate::{Error, ErrorCode, Result};
use daytona_protocol::sandbox as wire;
use http::Method;
use std::sync::Arc;

pub(crate) async fn get(transport: &Arc<Transport>, id: &str) -> Result<Sandbox> {
    let verb = format!("get sandbox {id}");
    if id.trim().is_empty() {
        return Err(Error::validation("get the sandbox", "its id is empty"));
    }
    let data = fetch(transport, &verb, id, CONTROL_TIMEOUT.deadline()).await?;
    Ok(Sandbox::new(Arc::clone(transport), data))
}

pub(super) async fn fetch(
    transport: &Transport,
    verb: &str,
    id: &str,
    deadline: Deadline,
) -> Result<wire::Sandbox> {
    let call = Call::new(verb, Method::GET, API, &["sandbox", id], deadline);
    let data: wire::Sandbox = transport.send_json(call).await?;
    // Parsing is lenient, so some other JSON would pass for a sandbox without an id.
    if data.id.is_empty() {
        return Err(Error::failed(
            ErrorCode::Server,
            verb,
            "the answer is JSON but no sandbox; check api_url",
        ));
    }
    Ok(data)
}

impl Sandbox {
    /// Asks the server for its present state.
    ///
    /// # Errors
    /// `NotFound` when it is gone.
    pub async fn refresh(&self) -> Result<()> {
        let id = self.id();
        self.refresh_within(&format!("refresh sandbox {id}"), CONTROL_TIMEOUT.deadline()).await
    }

    pub(super) async fn refresh_within(&self, verb: &str, deadline: Deadline) -> Result<()> {
        let data = fetch(self.transport(), verb, &self.id(), deadline).await?;
        self.learn(data);
        Ok(())
    }
}
