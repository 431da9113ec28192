//! `daytona setup`: prepares the tools layer that local sandboxes see at /opt/daytona/tools.
//!
//! What must stay true: each part is there whole or not at all. It is made aside and moved into place, its
//! manifest inside, so a run that was interrupted is simply run again and keeps the parts that were done. The
//! layer's folder stays the same one: sandboxes that run have it mounted, and see what is moved into it at once.

mod node;
mod part;
mod python;
mod versions;

pub(super) use part::Part;

use crate::args::Setup;
use crate::failure::{Failure, Outcome};
use crate::output::{note, print};
use daytona_core::local::make_data_dir;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

pub(super) fn run(args: &Setup) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Err(super::needs_linux("the tools layer"));
    }
    let data_dir = args.data_dir.resolve()?;
    let tools = args.tools_dir.resolve(&data_dir)?;
    make_folders(&data_dir, &tools)?;
    let _lock = lock(&tools)?;
    let missing: Vec<Part> = Part::ALL.into_iter().filter(|part| !part.is_installed(&tools)).collect();
    let mut failures = Vec::new();
    for part in &missing {
        if let Err(failure) = with_progress(*part, || part.install(&tools)) {
            failures.push((*part, failure));
        }
    }
    let titles = |parts: Vec<Part>| parts.into_iter().map(Part::title).collect::<Vec<_>>().join(", ");
    if failures.is_empty() {
        let ready = if missing.is_empty() { "has everything" } else { "is ready" };
        let parts = titles(Part::ALL.to_vec());
        print(format!("{} {ready} ({} MiB): {parts}\n", tools.display(), size(&tools) >> 20))?;
        return Ok(ExitCode::SUCCESS);
    }
    for (part, failure) in &failures {
        note(format!("{} could not be installed\n", part.title()));
        failure.report();
    }
    let failed = titles(failures.into_iter().map(|(part, _)| part).collect());
    Err(Failure::new(format!("{} lacks: {failed}", tools.display()))
        .hint("the reasons are above; run `daytona setup` again, which keeps the parts that are there"))
}

fn make_folders(data_dir: &Path, tools: &Path) -> Outcome<()> {
    let fail = |folder: &Path, error| Failure::new(format!("{}: {error}", folder.display()));
    if tools.starts_with(data_dir) {
        make_data_dir(data_dir).map_err(|error| fail(data_dir, error))?;
    }
    // Sandboxes read the layer as other users than the one who made it.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::WGRP | rustix::fs::Mode::WOTH);
    std::fs::create_dir_all(tools).map_err(|error| fail(tools, error))
}

/// Waits for another setup of the same layer. The lock lies beside the layer, where no sandbox can hold it.
fn lock(tools: &Path) -> Outcome<File> {
    let mut name = tools.as_os_str().to_owned();
    name.push(".lock");
    let lock = File::create(&name).and_then(|file| file.lock().map(|()| file));
    lock.map_err(|error| Failure::new(format!("{}: {error}", name.display())))
}

fn with_progress<T>(part: Part, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    let message = format!("installing {} (about {} MiB of disk)", part.title(), part.size());
    if !std::io::stderr().is_terminal() {
        note(format!("{message}\n"));
        return work();
    }
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})").map_err(Failure::new)?;
    let progress = ProgressBar::new_spinner().with_style(style).with_message(message);
    progress.enable_steady_tick(Duration::from_millis(120));
    let done = work();
    progress.finish_and_clear();
    done
}

/// What a folder takes of the disk, in bytes. What cannot be read is not counted.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => size(&entry.path()),
            Ok(kind) if kind.is_file() => entry.metadata().map_or(0, |meta| meta.len()),
            _ => 0,
        })
        .sum()
}
