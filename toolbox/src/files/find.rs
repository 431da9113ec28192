//! `GET /files/find`: lines that contain a literal text, in all text files below a folder.
//!
//! Memory holds one line at a time. Links to folders are not followed; links to files are. Pipes, devices,
//! binary files and what cannot be read are passed over.

use super::emit::{self, Emitter, Gone};
use super::path::{joined, resolve};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::Params;
use axum::extract::State;
use axum::response::Response;
use daytona_protocol::files::Match;
use memchr::memmem::Finder;
use rustix::fs::{Mode, OFlags, open};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

/// A longer line ends its file.
const MAX_LINE: usize = 64 << 10;
/// A NUL among so many first bytes makes a file a binary one.
const HEAD: usize = 512;

/// Sends the matches, by file name and line.
pub(crate) async fn find(State(app): State<Arc<App>>, params: Params) -> Result<Response, ApiError> {
    let given = PathBuf::from(params.required("path")?);
    let path = resolve(&app, params.required("path")?)?;
    let pattern = params.required("pattern")?;
    if pattern.is_empty() {
        return Err(ApiError::bad_request("the pattern is empty"));
    }
    let finder = Finder::new(pattern).into_owned();
    emit::list("[", "]", move || {
        let metadata = fs::metadata(&path).map_err(|error| ApiError::file("search", &path, &error))?;
        if metadata.is_dir() {
            drop(fs::read_dir(&path).map_err(|error| ApiError::file("search", &path, &error))?);
        }
        let entries = WalkDir::new(&path).sort_by_file_name();
        Ok(move |emitter: &mut Emitter| {
            for entry in entries.into_iter().flatten().filter(|entry| !entry.file_type().is_dir()) {
                emitter.check()?;
                if let Some(file) = text_file(entry.path()) {
                    let name = joined(&given, &path, entry.path());
                    lines(file, &finder, &name, emitter)?;
                }
            }
            Ok(())
        })
    })
    .await
}

/// The file from its beginning, when it is a regular one without NUL in its head.
fn text_file(path: &Path) -> Option<BufReader<File>> {
    // NONBLOCK: opening a FIFO that no one writes to must not hang.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(open(path, flags, Mode::empty()).ok()?);
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut reader = BufReader::with_capacity(MAX_LINE, file);
    let head = reader.fill_buf().ok()?;
    (!head[..head.len().min(HEAD)].contains(&0)).then_some(reader)
}

fn lines(
    mut reader: BufReader<File>,
    finder: &Finder<'_>,
    name: &str,
    emitter: &mut Emitter,
) -> Result<(), Gone> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let limit = MAX_LINE as u64 + 1;
        match reader.by_ref().take(limit).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        if text.len() > MAX_LINE {
            break;
        }
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if finder.find(text).is_some() {
            let content = String::from_utf8_lossy(text).into_owned();
            emitter.entry(&Match { file: name.to_owned(), line: number, content })?;
        } else if number % 1024 == 0 {
            emitter.check()?;
        }
    }
    Ok(())
}
