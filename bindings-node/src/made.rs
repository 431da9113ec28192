//! A sandbox on its way from `create` to JavaScript.
//!
//! What `create` made must reach its caller or be removed. Between the end of the request and the promise lies the
//! event loop, and a worker thread may be terminated there: then nobody holds the sandbox, and it is removed.

use crate::sandbox::Sandbox;
use daytona_core::Client;
use napi::bindgen_prelude::{ToNapiValue, TypeName};
use napi::{Result, ValueType, sys};
use tokio::runtime::Handle;

/// A sandbox that is removed unless JavaScript gets it.
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

impl ToNapiValue for Made {
    unsafe fn to_napi_value(env: sys::napi_env, mut made: Self) -> Result<sys::napi_value> {
        let sandbox = made.sandbox.take().map(Sandbox::from);
        // SAFETY: `env` is the one N-API handed to this conversion, as the caller promises.
        unsafe { ToNapiValue::to_napi_value(env, sandbox) }
    }
}

impl TypeName for Made {
    fn type_name() -> &'static str {
        "Sandbox"
    }

    fn value_type() -> ValueType {
        ValueType::Object
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
