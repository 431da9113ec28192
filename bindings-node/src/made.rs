//! A sandbox on its way from `create` to JavaScript.
//!
//! What `create` made must reach its caller or be removed. Between the end of the request and the caller lie a queue
//! and a promise, and a worker thread may be terminated at each: then nobody takes the sandbox, and it is removed.

use crate::error;
use crate::sandbox::Sandbox;
use daytona_core::Client;
use napi_derive::napi;
use tokio::runtime::Handle;

/// A sandbox that is removed unless it is taken.
#[napi]
pub struct Made {
    sandbox: Option<daytona_core::Sandbox>,
    client: Client,
    runtime: Handle,
}

impl Made {
    /// To be called on the runtime, which removing needs.
    pub(crate) fn new(sandbox: daytona_core::Sandbox, client: Client) -> Self {
        Self { sandbox: Some(sandbox), client, runtime: Handle::current() }
    }
}

#[napi]
impl Made {
    /// Hands the sandbox over; it is the caller's from now on.
    #[napi]
    pub fn take(&mut self) -> napi::Result<Sandbox> {
        self.sandbox.take().map(Sandbox::from).ok_or_else(|| error::invalid("the sandbox was taken already"))
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if let Some(sandbox) = self.sandbox.take() {
            let _context = self.runtime.enter();
            self.client.abandon(sandbox);
        }
    }
}
