//! How a core future becomes a JavaScript promise, and how an `AbortSignal` ends it.

use crate::error;
use daytona_core::Result as CoreResult;
use napi::Env;
use napi::bindgen_prelude::{PromiseRaw, ToNapiValue};
use napi_derive::napi;
use std::future::Future;
use tokio_util::sync::CancellationToken;

/// Ends the calls it was given to. The TypeScript half makes one for each call that has an `AbortSignal`.
#[derive(Default)]
#[napi]
pub struct CancelToken {
    token: CancellationToken,
}

#[napi]
impl CancelToken {
    /// A token that has not been cancelled.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Drops the futures that carry this token: requests are aborted, promises reject with `CANCELLED`.
    #[napi]
    pub fn cancel(&self) {
        self.token.cancel();
    }
}

/// Runs `work` on the runtime; the promise settles with its result, or as cancelled.
///
/// Cancelling drops `work`, which is how the core is told to give up.
pub(crate) fn promise<'env, T>(
    env: &'env Env,
    cancel: Option<&CancelToken>,
    work: impl Future<Output = CoreResult<T>> + Send + 'static,
) -> napi::Result<PromiseRaw<'env, T>>
where
    T: ToNapiValue + Send + 'static,
{
    let token = cancel.map(|cancel| cancel.token.clone());
    // Handing a future to the runtime copies it from frame to frame, on a stack of which JavaScript allows 1 MB. Node
    // calls back into JavaScript from beneath those frames where async hooks are on, and has no stack left then.
    let work = Box::pin(work);
    env.spawn_future(async move {
        let outcome = match token {
            Some(token) => token.run_until_cancelled_owned(work).await.ok_or_else(error::cancelled)?,
            None => work.await,
        };
        outcome.map_err(|failure| error::to_js(&failure))
    })
}

/// JavaScript's numbers hold counts exactly up to 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "no repository has that many commits, no file that many bytes"
)]
pub(crate) fn whole(count: u64) -> f64 {
    count as f64
}
