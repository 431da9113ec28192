//! Small files, several to a request: for them the way there and back costs more than what they hold.
//!
//! What must stay true: a file is uploaded as if it had gone alone. A toolbox tells in words what it could not write
//! of a form, so whatever an answer does not name as written is sent again by itself, for its own error or success.

use super::upload::STALLED;
use super::{FileSystem, Upload, check_path};
use crate::transport::{Body, FormFile, Resend};
use crate::{Error, Result, Timeout};
use bytes::Bytes;
use daytona_protocol::files::BulkUploadResponse;
use http::Method;
use std::collections::HashSet;
use std::io::Read as _;
use std::path::Path;

/// Up to this size a file is small.
const SMALL: u64 = 64 << 10;
/// What one form holds at most: enough to hide the request, so little that several may be under way.
const FILES: usize = 64;
const BYTES: u64 = 1 << 20;

/// A file, and its place among those that were asked for.
pub(super) struct Item {
    pub(super) index: usize,
    pub(super) path: String,
    pub(super) content: Upload,
}

/// Puts small files together. Looks at local files and reads none.
pub(super) async fn batches(files: Vec<Item>) -> Vec<Vec<Item>> {
    let sort = move || {
        let (mut batches, mut batch, mut bytes) = (Vec::new(), Vec::new(), 0);
        for item in files {
            let Some(size) = small(&item) else {
                batches.push(vec![item]);
                continue;
            };
            if batch.len() == FILES || bytes + size > BYTES {
                batches.push(std::mem::take(&mut batch));
                bytes = 0;
            }
            bytes += size;
            batch.push(item);
        }
        if !batch.is_empty() {
            batches.push(batch);
        }
        batches
    };
    // Cancelled with the runtime only, which nothing outlives.
    tokio::task::spawn_blocking(sort).await.unwrap_or_default()
}

/// The size of what may share a form.
fn small(item: &Item) -> Option<u64> {
    check_path("upload", &item.path).ok()?;
    let size = match &item.content {
        Upload::Bytes(bytes) => bytes.len() as u64,
        Upload::File(local) => std::fs::metadata(local).ok().filter(std::fs::Metadata::is_file)?.len(),
        Upload::Stream(_) => return None,
    };
    (size <= SMALL).then_some(size)
}

impl FileSystem {
    /// Uploads the files of a batch and returns those that failed.
    pub(super) async fn upload_batch(&self, batch: Vec<Item>) -> Vec<(usize, String, Error)> {
        let (batch, written) =
            if batch.len() > 1 { self.as_form(batch).await } else { (batch, Ok(HashSet::new())) };
        let mut failures = Vec::new();
        for Item { index, path, content } in batch {
            let outcome = match &written {
                Ok(written) if written.contains(&path) => Ok(()),
                Ok(_) => self.upload(&path, content).await,
                // Nobody answered: for each file alone it would be the same, and as long in coming.
                Err(error) => Err(error.clone()),
            };
            if let Err(error) = outcome {
                failures.push((index, path, error));
            }
        }
        failures
    }

    /// Sends a batch in one request: the paths that were written then, or why there was no answer.
    async fn as_form(&self, batch: Vec<Item>) -> (Vec<Item>, Result<HashSet<String>>) {
        let read = tokio::task::spawn_blocking(move || {
            let form: Vec<_> = batch.iter().filter_map(form_file).collect();
            (batch, form)
        });
        let Ok((batch, form)) = read.await else { return (Vec::new(), Ok(HashSet::new())) };
        let verb = format!("upload {} files to sandbox {}", form.len(), self.sandbox.id());
        let deadline = Timeout::after(STALLED).deadline();
        let path = ["files", "bulk-upload"];
        let answer = self.sandbox.toolbox_json(&verb, Method::POST, &path, deadline, |call| {
            call.body = Body::Form(form);
            call.resend = Resend::Idempotent;
            Ok(())
        });
        let written = match answer.await {
            Ok(BulkUploadResponse { files, .. }) => Ok(files.into_iter().map(|file| file.path).collect()),
            Err(error) if error.status().is_some() => Ok(HashSet::new()),
            Err(error) => Err(error),
        };
        (batch, written)
    }
}

/// The content of a small file; none when it cannot be read or is not small any more, which is told of it alone.
fn form_file(item: &Item) -> Option<FormFile> {
    let content = match &item.content {
        Upload::Bytes(bytes) => bytes.clone(),
        Upload::File(local) => read_small(local).ok().flatten()?,
        Upload::Stream(_) => return None,
    };
    Some(FormFile { path: item.path.clone(), content })
}

fn read_small(local: &Path) -> std::io::Result<Option<Bytes>> {
    let mut content = Vec::new();
    std::fs::File::open(local)?.take(SMALL + 1).read_to_end(&mut content)?;
    Ok((content.len() as u64 <= SMALL).then(|| content.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(index: usize, size: usize) -> Item {
        Item { index, path: format!("f{index}"), content: Upload::Bytes(vec![0; size].into()) }
    }

    #[tokio::test]
    async fn small_files_share_a_form_up_to_its_bounds_and_others_go_alone() {
        let sizes = |batches: Vec<Vec<Item>>| batches.iter().map(Vec::len).collect::<Vec<_>>();
        let many = (0..130).map(|index| item(index, 10)).collect();
        assert_eq!(sizes(batches(many).await), [64, 64, 2]);
        let large = (0..20).map(|index| item(index, 64 << 10)).collect();
        assert_eq!(sizes(batches(large).await), [16, 4]);
        let mixed = vec![item(0, 1), item(1, (64 << 10) + 1), item(2, 1)];
        assert_eq!(sizes(batches(mixed).await), [1, 2]);
        let streams = vec![
            item(0, 1),
            Item { index: 1, path: "s".into(), content: Upload::Stream(Box::pin(futures::stream::empty())) },
            Item { index: 2, path: String::new(), content: Upload::Bytes(Bytes::new()) },
            Item { index: 3, path: "absent".into(), content: Upload::File("/nowhere/at/all".into()) },
        ];
        assert_eq!(sizes(batches(streams).await), [1, 1, 1, 1]);
        assert!(batches(Vec::new()).await.is_empty());
    }
}
