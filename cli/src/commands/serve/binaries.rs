//! The programs the server hands to sandboxes.

use crate::failure::{Failure, Outcome};
use std::path::PathBuf;

/// A program of the package, which lies beside this one.
pub(crate) fn beside(name: &str) -> Outcome<PathBuf> {
    let exe = std::env::current_exe()?;
    let path = exe.with_file_name(name);
    if path.is_file() {
        return Ok(path);
    }
    Err(Failure::new(format!("{} is missing", path.display()))
        .hint("reinstall the package: it brings daytona, daytona-launcher and daytona-toolbox in one folder"))
}
