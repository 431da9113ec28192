//! The state folder of the local server: which one, and whether a server runs on it.

use crate::args;
use crate::failure::{Failure, Outcome};
use daytona_core::Environment;
use daytona_core::local::ServerFile;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

impl args::DataDir {
    /// `--data-dir`, else what the environment says.
    pub(crate) fn resolve(&self) -> Outcome<PathBuf> {
        let dir = match &self.data_dir {
            Some(dir) if !dir.as_os_str().is_empty() => Some(dir.clone()),
            _ => Environment::from_process().data_dir(),
        };
        let dir = dir.ok_or_else(|| {
            Failure::new("there is no home folder for the local server's state").hint("pass --data-dir DIR")
        })?;
        Ok(std::path::absolute(dir)?)
    }
}

impl args::ToolsDir {
    /// `--tools-dir`, else what the environment says; none for the one in the state folder.
    pub(crate) fn given(&self) -> Outcome<Option<PathBuf>> {
        match &self.tools_dir {
            // The server may be started by a client that is somewhere else.
            Some(dir) if !dir.is_absolute() => {
                Err(Failure::new(format!("the tools folder must be an absolute path, not {}", dir.display()))
                    .hint("check --tools-dir and DAYTONA_TOOLS_DIR"))
            }
            dir => Ok(dir.clone()),
        }
    }

    /// The folder of the layer.
    pub(crate) fn resolve(&self, data_dir: &Path) -> Outcome<PathBuf> {
        Ok(self.given()?.unwrap_or_else(|| data_dir.join("tools")))
    }
}

/// What the server of this folder says of itself, if one runs.
pub(crate) fn running_server(data_dir: &Path) -> Outcome<Option<ServerFile>> {
    let file = ServerFile::read(data_dir)
        .map_err(|error| Failure::new(format!("{}/server.json: {error}", data_dir.display())))?;
    Ok(file.filter(|_| is_held(data_dir)))
}

/// Whether a server holds the folder: a pid alone could be anyone's by now.
pub(crate) fn is_held(data_dir: &Path) -> bool {
    match File::open(data_dir.join("server.lock")).map(|lock| lock.try_lock()) {
        Ok(Err(TryLockError::WouldBlock)) => true,
        Ok(_) | Err(_) => false,
    }
}
