//! Labels of a sandbox.

use super::{API, CONTROL_TIMEOUT, Sandbox};
use crate::Result;
use crate::transport::{Body, Call};
use daytona_protocol::sandbox::SandboxLabels;
use http::Method;
use std::collections::BTreeMap;

impl Sandbox {
    /// Replaces its labels and returns them. The label that holds its language stays unless it is given.
    ///
    /// # Errors
    /// Any code of a request.
    pub async fn set_labels(&self, mut labels: BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
        let id = self.id();
        let verb = format!("set the labels of sandbox {id}");
        if let Some(language) = self.language() {
            labels.entry(daytona_protocol::sandbox::LANGUAGE_LABEL.into()).or_insert(language);
        }
        let mut call =
            Call::new(&verb, Method::PUT, API, &["sandbox", &id, "labels"], CONTROL_TIMEOUT.deadline());
        call.body = Body::json(&verb, &SandboxLabels { labels })?;
        // Some servers answer with the labels, some with the whole sandbox; both have them here.
        let answer: SandboxLabels = self.transport().send_json(call).await?;
        self.amend(|data| data.labels.clone_from(&answer.labels));
        Ok(answer.labels)
    }
}
