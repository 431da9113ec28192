//! `daytona serve`: the local server, in the foreground or detached.

#[cfg(target_os = "linux")]
mod binaries;
#[cfg(target_os = "linux")]
mod detached;
#[cfg(target_os = "linux")]
mod foreground;

use crate::args::Serve;
use crate::failure::Outcome;

#[cfg(target_os = "linux")]
pub(super) use binaries::beside;

#[cfg(target_os = "linux")]
pub(super) fn run(args: &Serve) -> Outcome {
    let data_dir = args.data_dir.resolve()?;
    if args.detach { detached::run(args, &data_dir) } else { foreground::run(args, data_dir) }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn run(_args: &Serve) -> Outcome {
    Err(super::needs_linux("the local server"))
}
