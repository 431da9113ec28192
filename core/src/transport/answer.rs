//! A successful answer, and the bounded ways to read it.

use super::call::Call;
use super::error_map::{self, Context};
use crate::Result;
use bytes::{Bytes, BytesMut};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// What one JSON answer of the control plane may weigh.
const JSON_LIMIT: usize = 64 << 20;
/// How long a body may stand still: longer means that the connection is dead.
const IDLE: Duration = Duration::from_secs(60);
/// How long a body that nobody needs may take.
const REST: Duration = Duration::from_secs(5);

/// The head of a 2xx answer; its body is still to be read.
pub(crate) struct Answer {
    response: reqwest::Response,
    context: Context,
    deadline: crate::timeout::Deadline,
}

impl Answer {
    pub(super) fn new(response: reqwest::Response, call: &Call<'_>, context: Context) -> Self {
        Self { response, context, deadline: call.deadline }
    }

    pub(crate) fn headers(&self) -> &http::HeaderMap {
        self.response.headers()
    }

    pub(crate) fn status(&self) -> http::StatusCode {
        self.response.status()
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// The next piece of the body; none at its proper end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>> {
        match tokio::time::timeout(IDLE, self.response.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(error)) => Err(error_map::from_body(&self.context, &self.response, &error)),
            Err(_) => Err(self.context.error(
                daytona_protocol::ErrorCode::Connection,
                format!("the server sent nothing for {} s in the middle of its answer", IDLE.as_secs()),
            )),
        }
    }

    /// The connection itself, once the server has switched protocols.
    pub(crate) async fn upgrade(self) -> Result<reqwest::Upgraded> {
        let context = self.context;
        let upgraded = self.response.upgrade().await;
        upgraded.map_err(|error| {
            context.error(daytona_protocol::ErrorCode::Connection, format!("the connection broke: {error}"))
        })
    }

    /// The body as JSON.
    pub(crate) async fn json<T: DeserializeOwned>(self) -> Result<T> {
        self.json_within(JSON_LIMIT).await
    }

    /// The body as JSON of at most `limit` bytes.
    pub(crate) async fn json_within<T: DeserializeOwned>(self, limit: usize) -> Result<T> {
        let (deadline, verb) = (self.deadline, self.context.verb.clone());
        deadline
            .run(&verb, async {
                let content_type = error_map::content_type(self.response.headers());
                let (bytes, context) = self.read(limit).await?;
                serde_json::from_slice(&bytes)
                    .map_err(|error| error_map::from_json(&context, &content_type, &error))
            })
            .await
    }

    /// Reads past a body nobody needs, so that the connection can be used again.
    pub(crate) async fn discard(mut self) {
        let read = async {
            let mut left = 64 * 1024_usize;
            while let Ok(Some(chunk)) = self.chunk().await {
                match left.checked_sub(chunk.len()) {
                    Some(rest) => left = rest,
                    None => break,
                }
            }
        };
        // The operation succeeded; what happens to the rest of the answer changes nothing. Code in the sandbox may
        // send it byte by byte, and a connection kept for the next call is not worth waiting for that.
        let _ = tokio::time::timeout(REST, read).await;
    }

    /// The whole body, if it fits.
    pub(crate) async fn read(mut self, limit: usize) -> Result<(Bytes, Context)> {
        let mut body = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > limit {
                return Err(self.context.error(
                    daytona_protocol::ErrorCode::Server,
                    format!("the answer is larger than {} MiB", limit >> 20),
                ));
            }
            body.extend_from_slice(&chunk);
        }
        Ok((body.freeze(), self.context))
    }
}
