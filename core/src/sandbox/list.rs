//! Listing sandboxes, across pages.

use super::{API, CONTROL_TIMEOUT, Sandbox};
use crate::transport::{Call, Transport};
use crate::{Error, ErrorCode, Result};
use daytona_protocol::sandbox::ListSandboxes;
use http::Method;
use std::collections::BTreeMap;
use std::sync::Arc;

const VERB: &str = "list sandboxes";
/// The most a server gives at once.
const PAGE: &str = "200";

pub(crate) async fn list(
    transport: &Arc<Transport>,
    labels: Option<BTreeMap<String, String>>,
) -> Result<Vec<Sandbox>> {
    let labels = labels
        .filter(|labels| !labels.is_empty())
        .map(|labels| serde_json::to_string(&labels))
        .transpose()
        .map_err(|error| Error::validation(VERB, error))?;
    let mut found = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut call = Call::new(VERB, Method::GET, API, &["sandbox"], CONTROL_TIMEOUT.deadline());
        call.query.push(("limit", PAGE.into()));
        if let Some(labels) = &labels {
            call.query.push(("labels", labels.clone()));
        }
        if let Some(cursor) = &cursor {
            call.query.push(("cursor", cursor.clone()));
        }
        let page: ListSandboxes = transport.send_json(call).await?;
        let progressed = !page.items.is_empty();
        found.extend(page.items.into_iter().map(|data| Sandbox::new(Arc::clone(transport), data)));
        match page.next_cursor.filter(|cursor| !cursor.is_empty()) {
            None => return Ok(found),
            // A server that leads in circles would keep us, and the list, growing for ever.
            Some(next) if !progressed || cursor.as_ref() == Some(&next) => {
                return Err(Error::failed(ErrorCode::Server, VERB, "the server's pages do not end"));
            }
            Some(next) => cursor = Some(next),
        }
    }
}
