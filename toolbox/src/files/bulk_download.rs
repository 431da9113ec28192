//! `POST /files/bulk-download`: several files as one multipart answer, in the order they were asked for.
//! A file that cannot be read is a part named `error` in its place. A failure in the middle of a file cuts
//! the answer before its closing boundary, so that no one takes half a file for a whole one.

use super::path::{extended, resolve};
use super::source::Source;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::Uri;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use daytona_protocol::files::BulkDownloadRequest;
use futures::stream::{self, BoxStream, StreamExt};
use std::io;
use std::sync::Arc;

/// The boundary clients of the published API know.
const BOUNDARY: &str = "DAYTONA-FILE-BOUNDARY";

/// Sends the files.
pub(crate) async fn bulk_download(
    State(app): State<Arc<App>>,
    uri: Uri,
    JsonBody(request): JsonBody<BulkDownloadRequest>,
) -> Result<Response, ApiError> {
    if request.paths.is_empty() {
        return Err(ApiError::bad_request("`paths` names no file"));
    }
    let route = uri.path().to_owned();
    let parts =
        stream::iter(request.paths).then(move |path| part(Arc::clone(&app), path, route.clone())).flatten();
    let end = stream::once(async { Ok(Bytes::from(format!("--{BOUNDARY}--\r\n"))) });
    let body = Body::from_stream(parts.chain(end));
    Ok(([(CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))], body).into_response())
}

async fn part(app: Arc<App>, path: String, route: String) -> BoxStream<'static, io::Result<Bytes>> {
    let opened = match resolve(&app, &path) {
        Ok(resolved) => Source::open(&resolved).await,
        Err(error) => Err(error),
    };
    let source = match opened {
        Ok(source) => source,
        Err(error) => return error_part(&path, &error, &route),
    };
    let len = source.len();
    match source.stream(0, len) {
        Ok(content) => {
            let head = head("file", &path, "application/octet-stream", len);
            piece(head).chain(content).chain(piece("\r\n".to_owned())).boxed()
        }
        Err(error) => error_part(&path, &ApiError::file("read", path.as_ref(), &error), &route),
    }
}

fn error_part(path: &str, error: &ApiError, route: &str) -> BoxStream<'static, io::Result<Bytes>> {
    let body = serde_json::to_string(&error.body("POST", route)).unwrap_or_default();
    let head = head("error", path, "application/json", body.len() as u64);
    piece(format!("{head}{body}\r\n")).boxed()
}

fn piece(text: String) -> impl futures::Stream<Item = io::Result<Bytes>> + Send {
    stream::once(async move { Ok(Bytes::from(text)) })
}

/// The boundary and headers of a part. The name is quoted as browsers do, so that it cannot end its header.
fn head(name: &str, path: &str, content_type: &str, len: u64) -> String {
    let quoted = path.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "%0D").replace('\n', "%0A");
    let exact = if path.chars().all(|c| c.is_ascii() && !c.is_ascii_control()) {
        String::new()
    } else {
        format!("; filename*={}", extended(path))
    };
    format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{quoted}\"{exact}\r\n\
         Content-Type: {content_type}\r\nContent-Length: {len}\r\n\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn a_name_cannot_end_its_header() {
        let head = head("file", "a\"\r\nX: 1", "text/plain", 1);
        assert_eq!(head.lines().count(), 5, "{head}");
        assert!(head.contains(r#"filename="a\"%0D%0AX: 1"; filename*=utf-8''a%22%0D%0AX%3A%201"#), "{head}");
    }
}
