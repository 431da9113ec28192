//! Connects hyper's client to a sandbox's unix socket.

use super::held::Held;
use hyper_util::rt::TokioIo;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::UnixStream;
use tower_service::Service;

/// Makes connections to one socket, whatever the request's authority.
#[derive(Clone, Debug)]
pub(super) struct Connector(Arc<PathBuf>);

impl Connector {
    pub(super) fn new(socket: PathBuf) -> Self {
        Self(Arc::new(socket))
    }
}

impl Service<http::Uri> for Connector {
    type Response = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Uri) -> Self::Future {
        let socket = Arc::clone(&self.0);
        Box::pin(async move { connect(&socket).await })
    }
}

/// A connection to a toolbox.
pub(super) type Stream = Held<TokioIo<UnixStream>>;

/// Makes one.
pub(super) async fn connect(socket: &Path) -> io::Result<Stream> {
    Ok(Held::new(TokioIo::new(daytona_engine::connect(socket).await?), ()))
}
