//! Writing several files in the sandbox: one request each, since toolboxes write the parts of one bulk request
//! one after another and report failures as text. A thousand small files are no slower this way.

use super::{FileSystem, Upload};
use crate::{Error, Result};
use futures::StreamExt;
use std::collections::HashMap;

/// How many are under way at a time: enough to hide the way there and back, few enough to leave connections
/// for everyone else.
const AT_ONCE: usize = 16;
/// How many failures an error spells out.
const SPELLED_OUT: usize = 10;

impl FileSystem {
    /// Writes several files, some of them at a time. Those that fail are reported together; the others stay.
    /// Of several contents for one path, the last one counts.
    ///
    /// # Errors
    /// The code of the first failure, by position; the message names the first ten files that
    /// failed, with their reasons, and counts the others.
    pub async fn upload_many(&self, files: Vec<(String, Upload)>) -> Result<()> {
        let last: HashMap<String, usize> =
            files.iter().enumerate().map(|(index, (path, _))| (path.clone(), index)).collect();
        let files: Vec<_> = files
            .into_iter()
            .enumerate()
            .filter(|(index, (path, _))| last.get(path) == Some(index))
            .collect();
        let count = files.len();
        let outcomes = futures::stream::iter(files).map(|(index, (path, content))| async move {
            let error = self.upload(&path, content).await.err()?;
            Some((index, path, error))
        });
        let mut failures: Vec<_> =
            outcomes.buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await;
        failures.sort_by_key(|(index, ..)| *index);
        let Some((.., first)) = failures.first() else { return Ok(()) };
        if count == 1 {
            return Err(first.clone());
        }
        let mut reasons: Vec<_> = failures
            .iter()
            .take(SPELLED_OUT)
            .map(|(_, path, error)| format!("{path}: {}", error.message()))
            .collect();
        if let Some(more) = failures.len().checked_sub(SPELLED_OUT).filter(|more| *more > 0) {
            reasons.push(format!("and {more} more"));
        }
        let verb = format!("upload {} of {count} files to sandbox {}", failures.len(), self.sandbox.id());
        Err(Error::failed(first.code(), &verb, reasons.join("; ")).with_facts(|facts| {
            facts.status = first.status();
            facts.request_id = first.request_id().map(str::to_owned);
        }))
    }
}
