//! `daytona setup`: prepares the tools layer that local sandboxes see at /opt/daytona/tools.
//!
//! What must stay true: each part is there whole or not at all. The layer is made aside and moved into place
//! part by part, its manifest last, so a run that was interrupted is simply run again. The folder itself stays
//! the same one: sandboxes that run have it mounted, and see what is moved into it at once.

use crate::args::Setup;
use crate::failure::{Failure, Outcome};
use crate::output::print;
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use std::fs::DirBuilder;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

/// Runs TypeScript without type checks: one small package, a binary and nothing to compile. ts-node would
/// bring the whole compiler and starts three times slower.
const TSX: &str = "4.23.15";
const MANIFEST: &str = "manifest.json";

/// What a tools layer holds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    tsx: String,
}

impl Manifest {
    fn wanted() -> Self {
        Self { tsx: TSX.to_owned() }
    }

    pub(super) fn summary(&self) -> String {
        format!("TypeScript runner tsx {}", self.tsx)
    }
}

pub(super) fn run(args: &Setup) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Err(super::needs_linux("the tools layer"));
    }
    let data_dir = args.data_dir.resolve()?;
    let tools = data_dir.join("tools");
    if let Some(manifest) = installed(&data_dir) {
        print(format!("{} has everything: {}\n", tools.display(), manifest.summary()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&data_dir).map_err(|error| Failure::new(format!("{}: {error}", data_dir.display())))?;
    let aside = Aside::new(data_dir.join(format!("tools.new-{}", std::process::id())))?;
    install(&aside.0)?;
    let manifest = serde_json::to_vec_pretty(&Manifest::wanted()).map_err(std::io::Error::from)?;
    std::fs::write(aside.0.join(MANIFEST), manifest)?;
    replace(&tools, &aside.0)?;
    print(format!("{} is ready: {}\n", tools.display(), Manifest::wanted().summary()))?;
    Ok(ExitCode::SUCCESS)
}

/// The manifest of the layer in place, if it is the one this version wants.
pub(super) fn installed(data_dir: &Path) -> Option<Manifest> {
    let text = std::fs::read(data_dir.join("tools").join(MANIFEST)).ok()?;
    serde_json::from_slice(&text).ok().filter(|manifest| *manifest == Manifest::wanted())
}

/// A folder that is removed again unless it was moved away.
struct Aside(PathBuf);

impl Aside {
    fn new(path: PathBuf) -> Outcome<Self> {
        // Sandboxes read the layer as other users than the one who made it.
        #[cfg(unix)]
        rustix::process::umask(rustix::fs::Mode::WGRP | rustix::fs::Mode::WOTH);
        std::fs::create_dir(&path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        Ok(Self(path))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Gone already when it was moved into place; a leftover costs disk and nothing else.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn install(into: &Path) -> Outcome<()> {
    let progress = ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template("{spinner} {msg} ({elapsed})").map_err(Failure::new)?)
        .with_message(format!("installing tsx {TSX} with npm"));
    progress.enable_steady_tick(Duration::from_millis(120));
    let done = Command::new("npm")
        .arg("install")
        .arg("--prefix")
        .arg(into)
        // Install scripts would run a stranger's code as the user, and nothing here needs one.
        .args(["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--save-exact"])
        .arg(format!("tsx@{TSX}"))
        .current_dir(into)
        .stdin(Stdio::null())
        .output();
    progress.finish_and_clear();
    let done = done.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::new("npm was not found, and installs the TypeScript runner").hint(
            "install Node.js 20 or newer with npm (Debian: apt-get install nodejs npm); Python and JavaScript \
             sandboxes work without this step",
        ),
        _ => Failure::new(format!("npm could not be run: {error}")),
    })?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(Failure::new(format!("npm could not install tsx {TSX} ({})\n{}", done.status, said.trim()))
            .hint("check the network and npm's registry (`npm config get registry`), then run `daytona setup` again"));
    }
    Ok(())
}

/// Moves what `new` holds into the tools folder. Between the two renames of a part there is none for a moment,
/// which a program that looks for it just then must bear.
fn replace(tools: &Path, new: &Path) -> Outcome<()> {
    std::fs::create_dir_all(tools)?;
    let old = Aside::new(new.with_extension("old"))?;
    let mut parts: Vec<_> = std::fs::read_dir(new)?.collect::<Result<_, _>>()?;
    parts.sort_by_key(|part| part.file_name() == MANIFEST);
    for part in parts {
        let place = tools.join(part.file_name());
        match std::fs::rename(&place, old.0.join(part.file_name())) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        std::fs::rename(part.path(), place)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_or_a_broken_manifest_is_not_installed() {
        let data = tempfile::tempdir().expect("tempdir");
        let tools = data.path().join("tools");
        assert_eq!(installed(data.path()), None);
        std::fs::create_dir(&tools).expect("mkdir");
        let write = |text: &str| std::fs::write(tools.join(MANIFEST), text).expect("writes");
        write(r#"{"tsx":"0.0.1"}"#);
        assert_eq!(installed(data.path()), None);
        write(r#"{"tsx":"#);
        assert_eq!(installed(data.path()), None);
        write(&format!(r#"{{"tsx":"{TSX}"}}"#));
        assert_eq!(installed(data.path()), Some(Manifest::wanted()));
    }

    #[test]
    fn the_new_layer_takes_the_place_of_the_old_one_in_the_same_folder() {
        use std::os::unix::fs::MetadataExt as _;
        let data = tempfile::tempdir().expect("tempdir");
        let tools = data.path().join("tools");
        std::fs::create_dir(&tools).expect("mkdir");
        let folder = std::fs::metadata(&tools).expect("there").ino();
        for generation in ["first", "second"] {
            let new = Aside::new(data.path().join("tools.new-1")).expect("mkdir");
            std::fs::create_dir(new.0.join("node_modules")).expect("mkdir");
            std::fs::write(new.0.join("node_modules/name"), generation).expect("writes");
            std::fs::write(new.0.join(MANIFEST), generation).expect("writes");
            replace(&tools, &new.0).expect("replaces");
            drop(new);
            for file in ["node_modules/name", MANIFEST] {
                assert_eq!(std::fs::read_to_string(tools.join(file)).expect("there"), generation);
            }
            assert_eq!(std::fs::read_dir(data.path()).expect("lists").count(), 1, "something was left aside");
            assert_eq!(std::fs::metadata(&tools).expect("there").ino(), folder, "sandboxes have it mounted");
        }
    }
}
