//! `POST /files/bulk-upload`: several files in one form. `files[i].path` comes before `files[i].file`, at once
//! or, as today's official client sends them, after the paths of all the others. One that fails is reported and
//! does not undo the others; the form is read to its end in any case, since more files may follow.
//!
//! What must stay true: what is kept of a form is the paths, and how many and how long they may be is bounded.

use super::form::Form;
use super::path::resolve;
use super::store::Upload;
use crate::error::ApiError;
use crate::state::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daytona_protocol::files::{BulkUploadResponse, BulkUploadedFile};
use multer::Field;
use std::collections::HashMap;
use std::sync::Arc;

/// The most paths of one form, waiting for their files or written.
const MAX_PATHS: usize = 250_000;
/// How long they and their keys may be together, in bytes.
const MAX_PATH_BYTES: usize = 32 << 20;
/// How many failures the answer spells out.
const SPELLED_OUT: usize = 10;
/// The longest text of a failure. The form's own limits leave room for a path and a reason; a field's name may
/// be longer.
const MAX_FAILURE: usize = 12 << 10;

/// Stores the files.
pub(crate) async fn bulk_upload(State(app): State<Arc<App>>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let mut form = Form::new(&parts.headers, body)?;
    let mut report = BulkUploadResponse::default();
    let (mut paths, mut failures) = (Paths::default(), Failures::default());
    loop {
        let mut field = match form.next().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            // Nothing after a broken part can be told apart.
            Err(error) => {
                failures.push(error.message);
                break;
            }
        };
        let name = field.name().unwrap_or_default().to_owned();
        let outcome = if let Some(key) = member(&name, ".path") {
            remember(&form, &mut field, &mut paths, key).await
        } else if let Some(key) = member(&name, ".file") {
            match paths.waiting.remove(key) {
                Some(path) => store(&app, &form, &mut field, path).await.map(|file| report.files.push(file)),
                None => Err(format!("{name}: its path must come before it, as files[{key}].path")),
            }
        } else {
            Err(format!("{name}: unknown field; expected files[i].path and files[i].file"))
        };
        if let Err(failure) = outcome {
            failures.push(failure);
        }
        while let Ok(Some(_)) = form.piece(&mut field).await {}
    }
    for (key, path) in paths.waiting {
        failures.push(format!("{path}: the form has no files[{key}].file"));
    }
    report.errors = failures.told();
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
    paths: &mut Paths,
    key: &str,
) -> Result<(), String> {
    let path = form.text(field).await.map_err(|error| format!("files[{key}].path: {}", error.message))?;
    paths.count += 1;
    paths.bytes += key.len() + path.len();
    if paths.count > MAX_PATHS || paths.bytes > MAX_PATH_BYTES {
        return Err(format!(
            "{path}: one form holds at most {MAX_PATHS} paths of {} MiB together; send the rest in another",
            MAX_PATH_BYTES >> 20
        ));
    }
    paths.waiting.insert(key.to_owned(), path);
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
            upload.write(piece).await?;
        }
        upload.commit().await
    }
    .await;
    match outcome {
        Ok(bytes) => Ok(BulkUploadedFile { path, bytes }),
        Err(error) => Err(format!("{path}: {}", error.message)),
    }
}

/// The paths of a form: those without their file yet, by key, and how much there was of all of them.
#[derive(Default)]
struct Paths {
    waiting: HashMap<String, String>,
    count: usize,
    bytes: usize,
}

/// What failed: the first few in words, the others counted, since a form may have many thousand files.
#[derive(Default)]
struct Failures {
    first: Vec<String>,
    more: usize,
}

impl Failures {
    fn push(&mut self, mut failure: String) {
        if self.first.len() == SPELLED_OUT {
            self.more += 1;
            return;
        }
        failure.truncate(failure.floor_char_boundary(MAX_FAILURE));
        self.first.push(failure);
    }

    fn told(mut self) -> Vec<String> {
        if self.more > 0 {
            self.first.push(format!("and {} more", self.more));
        }
        self.first
    }
}
