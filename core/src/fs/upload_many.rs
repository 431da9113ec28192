//! Writing several files in the sandbox, some requests at a time, the small files several to a request.

use super::upload_batch::{Item, batches};
use super::{FileSystem, Upload};
use crate::{Error, Result};
use futures::StreamExt;
use std::collections::HashMap;

/// How many requests are under way at a time: enough to hide the way there and back, few enough to leave connections
/// for everyone else.
const AT_ONCE: usize = 16;
/// How many failures an error spells out; of the others it has the paths.
const SPELLED_OUT: usize = 10;
/// What those paths may come to. More than that nobody reads, and every layer above copies it.
const PATHS: usize = 64 << 10;

impl FileSystem {
    /// Writes several files, some of them at a time. Those that fail are reported together; the others stay.
    /// Of several contents for one path, the last one counts.
    ///
    /// # Errors
    /// The code of the first failure, by position; the message names every file that failed, the first ten with
    /// their reasons. Beyond 64 KiB of paths it counts them.
    pub async fn upload_many(&self, files: Vec<(String, Upload)>) -> Result<()> {
        let last: HashMap<String, usize> =
            files.iter().enumerate().map(|(index, (path, _))| (path.clone(), index)).collect();
        let files: Vec<_> = files
            .into_iter()
            .enumerate()
            .filter(|(index, (path, _))| last.get(path) == Some(index))
            .map(|(index, (path, content))| Item { index, path, content })
            .collect();
        let count = files.len();
        let outcomes = futures::stream::iter(batches(files).await).map(|batch| self.upload_batch(batch));
        let mut failures: Vec<_> =
            outcomes.buffer_unordered(AT_ONCE).map(futures::stream::iter).flatten().collect().await;
        failures.sort_by_key(|(index, ..)| *index);
        let Some((.., first)) = failures.first() else { return Ok(()) };
        if count == 1 {
            return Err(first.clone());
        }
        let (spelled_out, others) = failures.split_at(failures.len().min(SPELLED_OUT));
        let reasons: Vec<_> =
            spelled_out.iter().map(|(_, path, error)| format!("{path}: {}", error.message())).collect();
        let paths = others.iter().map(|(_, path, _)| path.as_str());
        let reason = format!("{}{}", reasons.join("; "), named(paths));
        let verb = format!("upload {} of {count} files to sandbox {}", failures.len(), self.sandbox.id());
        Err(Error::failed(first.code(), &verb, reason).with_facts(|facts| {
            facts.status = first.status();
            facts.request_id = first.request_id().map(str::to_owned);
        }))
    }
}

/// `; and also a, b, c`, as far as [`PATHS`] allows.
fn named<'a>(mut paths: impl ExactSizeIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    while let Some(path) = paths.next() {
        if text.len() + path.len() > PATHS {
            let more = paths.len() + 1;
            text.push_str(&format!(", and {more} more"));
            break;
        }
        text.push_str(if text.is_empty() { "; and also " } else { ", " });
        text.push_str(path);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_named_up_to_a_bound_and_counted_beyond_it() {
        assert_eq!(named([].into_iter()), "");
        assert_eq!(named(["a", "b"].into_iter()), "; and also a, b");
        let paths: Vec<_> = (0..1000).map(|index| format!("{index}{}", "x".repeat(250))).collect();
        let text = named(paths.iter().map(String::as_str));
        let all = text.matches("xx,").count();
        assert!(text.len() < PATHS + 100 && all > 200, "{all}");
        assert!(text.ends_with(&format!("x, and {} more", 1000 - all)), "{all}");
    }
}
