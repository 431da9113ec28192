//! `POST /files/replace`: a literal text by another, in named files, each replaced as a whole or not at all.
//!
//! Files are streamed, so their size does not matter; a file without the text is not touched.

use super::path::resolve;
use super::source::Source;
use super::store::Upload;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use daytona_protocol::files::{ReplaceRequest, ReplaceResult};
use futures::StreamExt;
use memchr::memmem::Finder;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

/// New content is written in pieces of about this size.
const PIECE: usize = 512 << 10;

/// Replaces all occurrences in each file and says per file how it went.
pub(crate) async fn replace(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<ReplaceRequest>,
) -> Result<Json<Vec<ReplaceResult>>, ApiError> {
    if request.pattern.is_empty() {
        return Err(ApiError::bad_request("the pattern is empty"));
    }
    let finder = Finder::new(&request.pattern);
    let mut results = Vec::with_capacity(request.files.len());
    for file in &request.files {
        let outcome = match resolve(&app, file) {
            Ok(path) => in_file(&path, &finder, request.new_value.as_bytes()).await,
            Err(error) => Err(error),
        };
        let error = outcome.err().map(|error| error.message);
        results.push(ReplaceResult { file: file.clone(), success: error.is_none(), error });
    }
    Ok(Json(results))
}

async fn in_file(path: &Path, finder: &Finder<'_>, new: &[u8]) -> Result<(), ApiError> {
    let failed = |error| ApiError::file("read", path, &error);
    // Opened anew for the second reading, since the first decides whether there is one.
    let mut upload = None;
    for _ in 0..2 {
        let source = Source::open(path).await?;
        let len = source.len();
        let mut pieces = pin!(source.stream(0, len).map_err(failed)?);
        let mut replacer = Replacer { finder, new, held: Vec::new(), hits: 0 };
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(failed)?;
            match &mut upload {
                Some(upload) => replacer.push(&piece, upload).await?,
                None if replacer.finds(&piece) => break,
                None => {}
            }
        }
        match upload.take() {
            Some(mut complete) => {
                complete.write(Bytes::from(replacer.held)).await?;
                return complete.commit().await.map(|_| ());
            }
            None if replacer.hits == 0 => return Ok(()),
            None => upload = Some(Upload::begin(path).await?),
        }
    }
    Ok(())
}

/// Looks through a file in pieces; holds back what may be the beginning of an occurrence.
struct Replacer<'a> {
    finder: &'a Finder<'a>,
    new: &'a [u8],
    held: Vec<u8>,
    hits: u64,
}

impl Replacer<'_> {
    /// Whether the text occurs, with what was held back.
    fn finds(&mut self, piece: &[u8]) -> bool {
        self.held.extend_from_slice(piece);
        self.hits += u64::from(self.finder.find(&self.held).is_some());
        self.keep_tail();
        self.hits > 0
    }

    async fn push(&mut self, piece: &[u8], upload: &mut Upload) -> Result<(), ApiError> {
        self.held.extend_from_slice(piece);
        let (mut done, mut out) = (0, Vec::with_capacity(piece.len()));
        while let Some(at) = self.finder.find(&self.held[done..]) {
            out.extend_from_slice(&self.held[done..done + at]);
            out.extend_from_slice(self.new);
            done += at + self.finder.needle().len();
            if out.len() >= PIECE {
                upload.write(Bytes::from(std::mem::take(&mut out))).await?;
            }
        }
        let sure = done.max(self.tail());
        out.extend_from_slice(&self.held[done..sure]);
        upload.write(Bytes::from(out)).await?;
        self.held.drain(..sure);
        Ok(())
    }

    fn tail(&self) -> usize {
        self.held.len().saturating_sub(self.finder.needle().len() - 1)
    }

    fn keep_tail(&mut self) {
        let tail = self.tail();
        self.held.drain(..tail);
    }
}
