//! `POST /files/upload-v2` and the older `/files/upload`: one file, as the form field `file` or, without a
//! form, as the body itself.

use super::form::Form;
use super::path::{base_name, resolve};
use super::store::Upload;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::PathParam;
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use daytona_protocol::files::UploadedFile;
use futures::StreamExt;
use std::sync::Arc;

/// Stores the file; a failed upload leaves what was there before.
pub(crate) async fn upload(
    State(app): State<Arc<App>>,
    path: Result<PathParam, ApiError>,
    request: Request,
) -> Result<Json<UploadedFile>, ApiError> {
    let (parts, body) = request.into_parts();
    let destination = path.and_then(|PathParam(path)| resolve(&app, &path))?;
    // Before anything of the body is read: what cannot be written is refused at once, however much comes.
    let upload = Upload::begin(&destination).await?;
    let content_type =
        parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
        from_form(Form::new(&parts.headers, body)?, upload).await?;
    } else {
        from_body(body, upload).await?;
    }
    Ok(Json(UploadedFile {
        name: base_name(&destination),
        path: destination.to_string_lossy().into_owned(),
        r#type: "file".to_owned(),
    }))
}

async fn from_body(body: Body, mut upload: Upload) -> Result<(), ApiError> {
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| ApiError::invalid_body(format!("the body broke off: {error}")))?;
        upload.write(piece).await?;
    }
    upload.commit().await.map(|_| ())
}

async fn from_form(mut form: Form, mut upload: Upload) -> Result<(), ApiError> {
    while let Some(mut field) = form.next().await? {
        if field.name() != Some("file") {
            while form.piece(&mut field).await?.is_some() {}
            continue;
        }
        while let Some(piece) = form.piece(&mut field).await? {
            upload.write(piece).await?;
        }
        return upload.commit().await.map(|_| ());
    }
    Err(ApiError::invalid_body("the form has no field `file`"))
}
