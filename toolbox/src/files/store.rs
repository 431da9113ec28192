//! A file that is being written for a client. It grows under a hidden name beside its destination and takes
//! the destination's name when it is complete; until then the old file stays as it was, and whoever breaks
//! off leaves nothing behind. Only a toolbox that is killed does; the next one removes that from the working
//! folder, but not from others.

use super::behind::Behind;
use super::path::base_name;
use crate::error::ApiError;
use crate::leftovers;
use axum::body::Bytes;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// How many links one after another are followed, as in the kernel.
const MAX_LINKS: usize = 40;

/// An upload in progress.
pub(super) struct Upload {
    file: Behind,
    temp: TempPath,
    destination: PathBuf,
    /// The mode of the file that is to be replaced.
    mode: Option<Permissions>,
    written: u64,
}

impl Upload {
    /// Checks the destination, makes missing parents, and opens the hidden file.
    pub(super) async fn begin(path: &Path) -> Result<Self, ApiError> {
        let owned = path.to_owned();
        let begun = tokio::task::spawn_blocking(move || Self::begin_now(&owned)).await;
        begun.map_err(|error| ApiError::internal(format!("cannot write {}: {error}", path.display())))?
    }

    fn begin_now(path: &Path) -> Result<Self, ApiError> {
        let failed = |error: io::Error| ApiError::file("write", path, &error);
        if path.as_os_str().as_encoded_bytes().ends_with(b"/") || base_name(path).is_empty() {
            return Err(is_folder(path));
        }
        let destination = follow(path.to_owned()).map_err(failed)?;
        let folder = destination.parent().unwrap_or(Path::new("/"));
        let mode = match fs::symlink_metadata(&destination) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
            Ok(old) if old.is_dir() => return Err(is_folder(path)),
            Ok(old) if !old.is_file() => {
                return Err(ApiError::invalid_path(format!(
                    "cannot write {}: a device, pipe or socket of that name exists",
                    path.display()
                )));
            }
            Ok(old) => {
                // Replacing needs rights on the folder alone; a read-only file shall still be read-only.
                let writable = rustix::fs::access(&destination, rustix::fs::Access::WRITE_OK);
                writable.map_err(|errno| failed(errno.into()))?;
                Some(old.permissions())
            }
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let temp = tempfile::Builder::new()
            .prefix(leftovers::UPLOAD)
            .rand_bytes(leftovers::RANDOM)
            // Less the umask, as for any new file.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .map_err(failed)?;
        let (file, temp) = temp.into_parts();
        Ok(Self { file: Behind::new(file), temp, destination, mode, written: 0 })
    }

    /// Appends content.
    pub(super) async fn write(&mut self, piece: Bytes) -> Result<(), ApiError> {
        self.written += piece.len() as u64;
        let outcome = self.file.write(piece).await;
        outcome.map_err(|error| ApiError::file("write", &self.destination, &error))
    }

    /// Gives the complete file its name. Returns its size.
    pub(super) async fn commit(self) -> Result<u64, ApiError> {
        let failed = |error: &io::Error| ApiError::file("write", &self.destination, error);
        // What went wrong with the last pieces is told here.
        let file = self.file.finish().await.map_err(|error| failed(&error))?;
        if let Some(mode) = &self.mode {
            let bits = Permissions::from_mode(mode.mode() & 0o7777);
            file.set_permissions(bits).map_err(|error| failed(&error))?;
        }
        self.temp
            .persist(&self.destination)
            .map_err(|error| ApiError::file("write", &self.destination, &error.error))?;
        Ok(self.written)
    }
}

/// Where a write to `path` ends up: through links, to a file that need not exist yet.
fn follow(mut path: PathBuf) -> io::Result<PathBuf> {
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("/")).join(target),
            // Not a link, or not there.
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::NotFound) => {
                return Ok(path);
            }
            Err(error) => return Err(error),
        }
    }
    Err(rustix::io::Errno::LOOP.into())
}

fn is_folder(path: &Path) -> ApiError {
    ApiError::invalid_path(format!("cannot write {}: it is a folder; name a file in it", path.display()))
}
