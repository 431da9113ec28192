//! Writing a file in the sandbox.

use super::{ByteStream, FileSystem, check_path};
use crate::transport::{Body, Progress, Resend, open};
use crate::{Error, ErrorCode, Result, Timeout};
use bytes::Bytes;
use http::Method;
use std::path::PathBuf;
use std::time::Duration;

/// No byte is taken and no answer comes for so long: the other side is gone or stuck. A source may take longer.
pub(super) const STALLED: Duration = Duration::from_secs(120);

/// What to upload.
pub enum Upload {
    /// This content.
    Bytes(Bytes),
    /// The content of a file on this machine.
    File(PathBuf),
    /// Whatever the stream yields, as it yields it.
    Stream(ByteStream),
}

impl FileSystem {
    /// Writes a file, making its folders and replacing what was there. The file appears whole or not at all
    /// where the toolbox is ours.
    ///
    /// # Errors
    /// `Validation` for a local file that cannot be read; any code of a request.
    pub async fn upload(&self, path: &str, content: Upload) -> Result<()> {
        let verb = format!("upload to {path} in sandbox {}", self.sandbox.id());
        check_path(&verb, path)?;
        let progress = Progress::default();
        let body = match content {
            Upload::Bytes(bytes) => Body::Bytes(bytes, progress.clone()),
            Upload::File(local) => {
                // A local path that cannot be read must not cost a request, nor be reported as one's failure.
                drop(open(&local, &verb).await?);
                Body::File(local, progress.clone())
            }
            Upload::Stream(stream) => Body::Stream(Some(stream), progress.clone()),
        };
        // There is no telling how long a file takes, so what is bounded is standing still.
        let unbounded = Timeout::NONE.deadline();
        let send = self.sandbox.toolbox(&verb, Method::POST, &["files", "upload-v2"], unbounded, |call| {
            call.query.push(("path", path.to_owned()));
            call.body = body;
            call.resend = Resend::Idempotent;
            Ok(())
        });
        tokio::select! {
            answer = send => answer?.discard().await,
            () = stalled(&progress) => {
                return Err(Error::failed(
                    ErrorCode::Timeout,
                    &verb,
                    format!("the server took no data and gave no answer for {} s", STALLED.as_secs()),
                ));
            }
        }
        Ok(())
    }
}

/// Resolves when nothing moved for [`STALLED`] and it was not for want of content.
async fn stalled(progress: &Progress) {
    let mut seen = progress.get();
    loop {
        tokio::time::sleep(STALLED).await;
        let now = progress.get();
        if now.is_some() && now == seen {
            return;
        }
        seen = now;
    }
}
