//! The launcher: a small program that makes one sandbox and watches over it.
//!
//! It is single-threaded, because a process that clones after threads exist may hang in the child. It runs as two
//! processes: the *monitor* (`monitor`), outside, and its child (`inside`), which builds the sandbox around itself
//! and becomes the sandbox's init. The child works on its own mount namespace only, so no mount of a sandbox ever
//! exists on the host and none can be left behind.
//!
//! What it says to the engine is one JSON line on stdout, an [`Outcome`].

mod attack_surface;
mod child;
mod devices;
mod disk;
mod failure;
mod identity;
mod inside;
mod log;
mod monitor;
mod mounts;
mod probe;
mod rootfs;
mod seccomp;
mod seccomp_calls;
mod targets;
mod trees;
mod weaken;

pub use failure::Outcome;
pub use identity::KEPT_CAPABILITIES;
pub use probe::{Probe, Tried};
pub use seccomp_calls::{ALLOWED, REFUSED};
pub(crate) use weaken::weakened;

use std::path::PathBuf;
use std::process::ExitCode;

/// The launcher's `main`.
///
/// `run <folder> <toolbox>` starts the sandbox whose `spec.json` lies in the folder; `probe` tries what this
/// machine can give and prints it as JSON.
#[must_use]
pub fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next().unwrap_or_default();
    match (command.to_str(), arguments.next(), arguments.next()) {
        (Some("run"), Some(folder), Some(toolbox)) => {
            monitor::run(PathBuf::from(folder), PathBuf::from(toolbox))
        }
        (Some("probe"), None, None) => probe::main(),
        _ => {
            eprintln!("daytona-launcher is started by the daytona server: run <folder> <toolbox> | probe");
            ExitCode::from(2)
        }
    }
}
