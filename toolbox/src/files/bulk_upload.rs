//! `POST /files/bulk-upload`: several files in one form. `files[i].path` comes before `files[i].file`. One
//! that fails is reported and does not undo the others; the body is read to its end in any case.

use super::form::Form;
use super::path::resolve;
use super::store::Upload;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::drain;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daytona_protocol::files::{BulkUploadResponse, BulkUploadedFile};
use multer::Field;
use std::collections::HashMap;
use std::sync::Arc;

/// The most paths that may wait for their files; each may be long.
const MAX_WAITING: usize = 64;

/// Stores the files.
pub(crate) async fn bulk_upload(State(app): State<Arc<App>>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let mut form = match Form::new(&parts.headers, body) {
        Ok(form) => form,
        Err((error, body)) => {
            drain(body).await;
            return Err(error);
        }
    };
    let mut report = BulkUploadResponse::default();
    let mut paths: HashMap<String, String> = HashMap::new();
    loop {
        let mut field = match form.next().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            // Nothing after a broken part can be told apart.
            Err(error) => {
                report.errors.push(error.message);
                break;
            }
        };
        let name = field.name().unwrap_or_default().to_owned();
        let outcome = if let Some(key) = member(&name, ".path") {
            remember(&form, &mut field, &mut paths, key).await
        } else if let Some(key) = member(&name, ".file") {
            match paths.remove(key) {
                Some(path) => store(&app, &form, &mut field, path).await.map(|file| report.files.push(file)),
                None => Err(format!("{name}: its path must come before it, as files[{key}].path")),
            }
        } else {
            Err(format!("{name}: unknown field; expected files[i].path and files[i].file"))
        };
        report.errors.extend(outcome.err());
        while let Ok(Some(_)) = form.piece(&mut field).await {}
    }
    form.drain().await;
    report
        .errors
        .extend(paths.into_iter().map(|(key, path)| format!("{path}: the form has no files[{key}].file")));
    let status = if report.errors.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    Ok((status, Json(report)).into_response())
}

/// `i` of `files[i]` followed by `suffix`.
fn member<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    name.strip_prefix("files[")?.strip_suffix(suffix)?.strip_suffix(']')
}

async fn remember(
    form: &Form,
    field: &mut Field<'static>,
    paths: &mut HashMap<String, String>,
    key: &str,
) -> Result<(), String> {
    let path = form.text(field).await.map_err(|error| format!("files[{key}].path: {}", error.message))?;
    if paths.len() >= MAX_WAITING {
        return Err(format!("{path}: more than {MAX_WAITING} paths wait for their files"));
    }
    paths.insert(key.to_owned(), path);
    Ok(())
}

async fn store(
    app: &App,
    form: &Form,
    field: &mut Field<'static>,
    path: String,
) -> Result<BulkUploadedFile, String> {
    let outcome = async {
        let destination = resolve(app, &path)?;
        let mut upload = Upload::begin(&destination).await?;
        while let Some(piece) = form.piece(field).await? {
            upload.write(&piece).await?;
        }
        upload.commit().await
    }
    .await;
    match outcome {
        Ok(bytes) => Ok(BulkUploadedFile { path, bytes }),
        Err(error) => Err(format!("{path}: {}", error.message)),
    }
}
