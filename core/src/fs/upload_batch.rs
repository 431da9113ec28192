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
use std::path::PathBuf;

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

/// Where the content of a small file comes from.
enum Source {
    Bytes(Bytes),
    File(PathBuf),
}

impl Item {
    /// None of what cannot share a form.
    fn source(&self) -> Option<Source> {
        check_path("upload", &self.path).ok()?;
        match &self.content {
            Upload::Bytes(bytes) => Some(Source::Bytes(bytes.clone())),
            Upload::File(local) => Some(Source::File(local.clone())),
            Upload::Stream(_) => None,
        }
    }
}

/// The size of what is small.
fn small(source: Source) -> Option<u64> {
    let size = match source {
        Source::Bytes(bytes) => bytes.len() as u64,
        Source::File(local) => std::fs::metadata(local).ok().filter(std::fs::Metadata::is_file)?.len(),
    };
    (size <= SMALL).then_some(size)
}

/// The content of what was small; none when it cannot be read or has grown, which is told of it alone.
fn read(source: Source) -> Option<Bytes> {
    let local = match source {
        Source::Bytes(bytes) => return Some(bytes),
        Source::File(local) => local,
    };
    let mut content = Vec::new();
    std::fs::File::open(local).ok()?.take(SMALL + 1).read_to_end(&mut content).ok()?;
    (content.len() as u64 <= SMALL).then(|| content.into())
}

/// Looks at each source off the runtime's threads. Where that fails as a whole, nothing is known of any of them, and
/// each file goes alone: the files themselves are not handed over, so none can be lost.
async fn each<T: Send + 'static>(
    sources: Vec<Option<Source>>,
    look: fn(Source) -> Option<T>,
) -> Vec<Option<T>> {
    let count = sources.len();
    let looked = tokio::task::spawn_blocking(move || {
        sources.into_iter().map(|source| source.and_then(look)).collect::<Vec<_>>()
    });
    looked.await.unwrap_or_else(|_| (0..count).map(|_| None).collect())
}

/// Puts small files together. Looks at local files and reads none.
pub(super) async fn batches(files: Vec<Item>) -> Vec<Vec<Item>> {
    let sizes = each(files.iter().map(Item::source).collect(), small).await;
    let (mut batches, mut batch, mut bytes) = (Vec::new(), Vec::new(), 0);
    for (item, size) in files.into_iter().zip(sizes) {
        let Some(size) = size else {
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
}

impl FileSystem {
    /// Uploads the files of a batch and returns those that failed.
    pub(super) async fn upload_batch(&self, batch: Vec<Item>) -> Vec<(usize, String, Error)> {
        let written = if batch.len() > 1 {
            let (paths, sources) = batch.iter().map(|item| (item.path.clone(), item.source())).unzip();
            self.upload_form(paths, sources).await
        } else {
            Ok(HashSet::new())
        };
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
    async fn upload_form(&self, paths: Vec<String>, sources: Vec<Option<Source>>) -> Result<HashSet<String>> {
        let files = paths.into_iter().zip(each(sources, read).await);
        let form: Vec<_> =
            files.filter_map(|(path, content)| Some(FormFile { path, content: content? })).collect();
        if form.is_empty() {
            return Ok(HashSet::new());
        }
        let verb = format!("upload {} files to sandbox {}", form.len(), self.sandbox.id());
        let deadline = Timeout::after(STALLED).deadline();
        let path = ["files", "bulk-upload"];
        let answer = self.sandbox.toolbox_json(&verb, Method::POST, &path, deadline, |call| {
            call.body = Body::Form(form);
            call.resend = Resend::Idempotent;
            Ok(())
        });
        match answer.await {
            Ok(BulkUploadResponse { files, .. }) => Ok(files.into_iter().map(|file| file.path).collect()),
            Err(error) if error.status().is_some() => Ok(HashSet::new()),
            Err(error) => Err(error),
        }
    }
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
