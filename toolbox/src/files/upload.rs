//! `POST /files/upload-v2` and the older `/files/upload`: one file, as the form field `file` or, without a
//! form, as the body itself.

use super::form::Form;
use super::path::{base_name, resolve};
use super::store::Upload;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::{PathParam, drain};
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use daytona_protocol::files::UploadedFile;
use futures::StreamExt;
use std::path::Path;
use std::sync::Arc;

/// Stores the file; a failed upload leaves what was there before.
pub(crate) async fn upload(
    State(app): State<Arc<App>>,
    path: Result<PathParam, ApiError>,
    request: Request,
) -> Result<Json<UploadedFile>, ApiError> {
    let (parts, body) = request.into_parts();
    let destination = path.and_then(|PathParam(path)| resolve(&app, &path));
    let destination = match destination {
        Ok(destination) => destination,
        Err(error) => {
            drain(body).await;
            return Err(error);
        }
    };
    let content_type =
        parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
        match Form::new(&parts.headers, body) {
            Ok(form) => from_form(form, &destination).await?,
            Err((error, body)) => {
                drain(body).await;
                return Err(error);
            }
        }
    } else {
        from_body(body, &destination).await?;
    }
    Ok(Json(UploadedFile {
        name: base_name(&destination),
        path: destination.to_string_lossy().into_owned(),
        r#type: "file".to_owned(),
    }))
}

async fn from_body(body: Body, destination: &Path) -> Result<(), ApiError> {
    let mut pieces = body.into_data_stream();
    let outcome = async {
        let mut upload = Upload::begin(destination).await?;
        while let Some(piece) = pieces.next().await {
            let piece =
                piece.map_err(|error| ApiError::invalid_body(format!("the body broke off: {error}")))?;
            upload.write(&piece).await?;
        }
        upload.commit().await.map(|_| ())
    }
    .await;
    if outcome.is_err() {
        while let Some(Ok(_)) = pieces.next().await {}
    }
    outcome
}

async fn from_form(mut form: Form, destination: &Path) -> Result<(), ApiError> {
    let outcome = async {
        while let Some(mut field) = form.next().await? {
            if field.name() != Some("file") {
                while form.piece(&mut field).await?.is_some() {}
                continue;
            }
            let mut upload = Upload::begin(destination).await?;
            while let Some(piece) = form.piece(&mut field).await? {
                upload.write(&piece).await?;
            }
            return upload.commit().await.map(|_| ());
        }
        Err(ApiError::invalid_body("the form has no field `file`"))
    }
    .await;
    form.drain().await;
    outcome
}
