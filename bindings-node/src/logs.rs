//! `LogStream`: the log of a running command, pulled batch by batch.
//!
//! Nothing is read before JavaScript asks, so what a slow reader has not asked for waits in the sandbox, on its disk, and
//! not in memory. A stream that nobody asks holds nothing open that would keep the process.

use crate::call::{CancelToken, promise};
use daytona_core::LogSource;
use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;
use std::sync::Arc;
use tokio::sync::Mutex;

/// A piece of what a command wrote to one of its streams.
#[napi(object, object_from_js = false)]
pub struct LogChunk {
    /// `stdout` or `stderr`.
    pub source: &'static str,
    /// What it wrote.
    pub text: String,
}

impl From<daytona_core::LogChunk> for LogChunk {
    fn from(chunk: daytona_core::LogChunk) -> Self {
        let source = match chunk.source {
            LogSource::Stdout => "stdout",
            LogSource::Stderr => "stderr",
        };
        Self { source, text: chunk.text }
    }
}

/// The log of one command.
#[napi]
pub struct LogStream {
    stream: Arc<Mutex<Option<daytona_core::LogStream>>>,
}

impl From<daytona_core::LogStream> for LogStream {
    fn from(stream: daytona_core::LogStream) -> Self {
        Self { stream: Arc::new(Mutex::new(Some(stream))) }
    }
}

#[napi]
impl LogStream {
    /// The next batch; null when the command has ended and everything was given.
    #[napi]
    pub fn next<'env>(
        &self,
        env: &'env Env,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Option<Vec<LogChunk>>>> {
        let stream = Arc::clone(&self.stream);
        promise(env, cancel, async move {
            let mut open = stream.lock().await;
            let Some(log) = open.as_mut() else { return Ok(None) };
            let batch = log.next().await?;
            if batch.is_none() {
                *open = None;
            }
            Ok(batch.map(|chunks| chunks.into_iter().map(LogChunk::from).collect()))
        })
    }

    /// Gives the connection up; a `next` under way must have been cancelled before.
    #[napi]
    pub fn close<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, ()>> {
        let stream = Arc::clone(&self.stream);
        promise(env, None, async move {
            *stream.lock().await = None;
            Ok(())
        })
    }
}
