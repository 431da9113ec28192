//! Reading a file of the sandbox.

use super::{ByteStream, FileSystem, check_path};
use crate::transport::Answer;
use crate::{ErrorCode, Result, Timeout};
use bytes::Bytes;
use futures::StreamExt;
use http::Method;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use std::time::Duration;

/// Until the first byte; after that every piece has its own limit.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);
/// What `download` takes into memory: sandboxed code chooses the size, so it must end somewhere.
const MEMORY_LIMIT: usize = 2 << 30;

impl FileSystem {
    /// Reads a file into memory, up to 2 GiB.
    ///
    /// # Errors
    /// `NotFound` when there is no such file.
    pub async fn download(&self, path: &str) -> Result<Bytes> {
        let answer = self.open(path).await?;
        if length(&answer).is_some_and(|length| length > MEMORY_LIMIT as u64) {
            return Err(answer.context().error(
                ErrorCode::Validation,
                "the file is larger than 2 GiB; download it to a local path or as a stream",
            ));
        }
        Ok(answer.read(MEMORY_LIMIT).await?.0)
    }

    /// Reads a file piece by piece.
    ///
    /// # Errors
    /// `NotFound` when there is no such file. The stream yields an error when the connection breaks.
    pub async fn download_stream(&self, path: &str) -> Result<ByteStream> {
        let answer = self.open(path).await?;
        Ok(futures::stream::try_unfold(answer, |mut answer| async {
            Ok(answer.chunk().await?.map(|chunk| (chunk, answer)))
        })
        .boxed())
    }

    /// The head of a download whose end will be recognisable.
    pub(super) async fn open(&self, path: &str) -> Result<Answer> {
        let verb = format!("download {path} from sandbox {}", self.sandbox.id());
        check_path(&verb, path)?;
        let deadline = Timeout::after(HEAD_TIMEOUT).deadline();
        let answer = self
            .sandbox
            .toolbox(&verb, Method::GET, &["files", "download"], deadline, |call| {
                call.query.push(("path", path.to_owned()));
                Ok(())
            })
            .await?;
        if length(&answer).is_none() && !answer.headers().contains_key(TRANSFER_ENCODING) {
            return Err(answer.context().error(
                ErrorCode::Server,
                "the answer states neither its length nor its end, so a cut file could not be told from a whole one",
            ));
        }
        Ok(answer)
    }
}

fn length(answer: &Answer) -> Option<u64> {
    answer.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
