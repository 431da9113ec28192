//! Which `daytona` starts the local server.

use super::{LocalTarget, unavailable};
use crate::Result;
use std::path::{Path, PathBuf};

const NAME: &str = if cfg!(windows) { "daytona.exe" } else { "daytona" };

/// `DAYTONA_BIN`, else the one in the package, else one beside this executable, else one on `PATH`.
pub(super) fn locate(target: &LocalTarget, verb: &str) -> Result<PathBuf> {
    if let Some(named) = &target.named_binary {
        // Someone chose this one; another would be a surprise.
        return match is_program(named) {
            true => Ok(absolute(named)),
            false => Err(unavailable(
                verb,
                format!("DAYTONA_BIN names {}, which is not an executable file", named.display()),
            )),
        };
    }
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join(NAME)));
    let on_path = target.search_path.iter().flat_map(std::env::split_paths).map(|dir| dir.join(NAME));
    target
        .packaged_binary
        .clone()
        .into_iter()
        .chain(beside)
        .chain(on_path)
        .find(|candidate| is_program(candidate))
        .map(|found| absolute(&found))
        .ok_or_else(|| {
            unavailable(
                verb,
                "the `daytona` binary, which runs the local server, was not found in the package, beside this \
                 program or on PATH; reinstall the package, or set DAYTONA_BIN to the binary",
            )
        })
}

/// The server is started in another working directory than ours.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}
