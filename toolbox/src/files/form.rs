//! Multipart bodies, read in bounded memory: the parser keeps what it has not handed out yet, so the feed
//! stops when that passes a limit, as with part headers that never end.

use crate::error::ApiError;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use futures::{Stream, StreamExt};
use multer::{Field, Multipart};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most that may be fed without anything coming out.
const MAX_PENDING: usize = 2 << 20;
/// The longest text field; such fields hold paths, and the system takes none that is longer.
const MAX_TEXT: usize = 4 << 10;

/// A multipart body that is being read.
pub(super) struct Form {
    parts: Multipart<'static>,
    pending: Arc<AtomicUsize>,
}

impl Form {
    /// The body as a form.
    pub(super) fn new(headers: &HeaderMap, body: Body) -> Result<Self, ApiError> {
        let content_type =
            headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(content_type).map_err(|error| {
            ApiError::invalid_body(format!("expected multipart/form-data with a boundary: {error}"))
        })?;
        let pending = Arc::new(AtomicUsize::new(0));
        let parts = Multipart::new(metered(body, Arc::clone(&pending)), boundary);
        Ok(Self { parts, pending })
    }

    /// The next part; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Field<'static>>, ApiError> {
        let field = self.parts.next_field().await.map_err(broken);
        self.pending.store(0, Ordering::Relaxed);
        field
    }

    /// The next piece of a part; none at its end.
    pub(super) async fn piece(&self, field: &mut Field<'static>) -> Result<Option<Bytes>, ApiError> {
        let piece = field.chunk().await.map_err(broken);
        self.pending.store(0, Ordering::Relaxed);
        piece
    }

    /// A part that is a short text.
    pub(super) async fn text(&self, field: &mut Field<'static>) -> Result<String, ApiError> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.piece(field).await? {
            if bytes.len() + piece.len() > MAX_TEXT {
                return Err(ApiError::invalid_body(format!(
                    "a text field is longer than {} KiB",
                    MAX_TEXT >> 10
                )));
            }
            bytes.extend_from_slice(&piece);
        }
        String::from_utf8(bytes).map_err(|_| ApiError::invalid_body("a text field is not valid UTF-8"))
    }
}

fn metered(body: Body, pending: Arc<AtomicUsize>) -> impl Stream<Item = io::Result<Bytes>> + Send {
    body.into_data_stream().map(move |piece| {
        let piece = piece.map_err(io::Error::other)?;
        let before = pending.fetch_add(piece.len(), Ordering::Relaxed);
        if before > MAX_PENDING {
            return Err(io::Error::other("a part's headers are too long"));
        }
        Ok(piece)
    })
}

fn broken(error: multer::Error) -> ApiError {
    use std::error::Error;
    let reason = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    ApiError::invalid_body(format!("the form cannot be read: {error}{reason}"))
}
