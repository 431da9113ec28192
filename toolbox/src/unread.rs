//! What is left of a request's body when its handler has lost interest.
//!
//! An answer goes out as soon as it is known, also to a client that is still sending. What that client sends
//! from there on is read and forgotten for a while: many read the answer only when they have sent all, and a
//! connection can be used again only if the body was read to its end. The parser of forms stops before that
//! end, too. A client that goes on beyond the bounds finds the connection closed.
//!
//! What must stay true: no handler waits for the end of a body that it refuses, since that may never come.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;

/// The most that is read and forgotten of one body, in bytes.
const MOST: usize = 16 << 20;
/// For how long.
const LONGEST: Duration = Duration::from_secs(5);

/// Watches the body of every request.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    next.run(request.map(|body| Body::new(Watched(body)))).await
}

/// A body that reads on when it is dropped.
struct Watched(Body);

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let mut body = std::mem::take(&mut self.0);
        if body.is_end_stream() {
            return;
        }
        // Without a runtime this process is ending, and its connections with it.
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(tokio::time::timeout(LONGEST, async move {
            let mut left = MOST;
            while let Some(Ok(frame)) = body.frame().await {
                let read = frame.data_ref().map_or(0, Bytes::len);
                match left.checked_sub(read) {
                    Some(rest) => left = rest,
                    None => break,
                }
            }
        }));
    }
}
