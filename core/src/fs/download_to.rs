//! Reading a file of the sandbox into a file of this machine.

use super::FileSystem;
use crate::transport::Answer;
use crate::{Error, Result};
use std::fs::Permissions;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempPath;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

impl FileSystem {
    /// Reads a file to a local path and returns its size. It is written beside its place and then moved
    /// there, so the local file appears whole or not at all. One that is replaced passes its permissions on.
    ///
    /// # Errors
    /// `NotFound` when there is no such file; `Validation` when `local` cannot be written.
    pub async fn download_to(&self, path: &str, local: &Path) -> Result<u64> {
        let verb = format!("download {path} from sandbox {} to {}", self.sandbox.id(), local.display());
        let refuse = |error: io::Error| Error::validation(&verb, format!("{}: {error}", local.display()));
        let place = Place::find(local).await.map_err(refuse)?;
        let mut answer = self.open(path).await?;
        match place {
            Place::Device(mut device) => copy(&mut answer, &mut device, &refuse).await,
            Place::File(target, mode) => {
                let (mut file, temporary) = beside(&target, mode).map_err(refuse)?;
                let size = copy(&mut answer, &mut file, &refuse).await?;
                drop(file);
                temporary.persist(&target).map_err(|error| refuse(error.error))?;
                Ok(size)
            }
        }
    }
}

/// Where the content goes.
enum Place {
    /// A regular file, to be made, or replaced by one with these permissions.
    File(PathBuf, Option<Permissions>),
    /// A pipe or device, which is written to: replacing `/dev/null` would break the machine.
    Device(File),
}

impl Place {
    async fn find(local: &Path) -> io::Result<Self> {
        // Links are followed, so that the file they lead to is replaced and not the link.
        let target = match tokio::fs::canonicalize(local).await {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self::File(local.to_owned(), None));
            }
            Err(error) => return Err(error),
        };
        let meta = tokio::fs::metadata(&target).await?;
        if meta.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; name a file in it"));
        }
        if meta.is_file() {
            return Ok(Self::File(target, Some(meta.permissions())));
        }
        Ok(Self::Device(tokio::fs::OpenOptions::new().write(true).open(&target).await?))
    }
}

/// A new file in the same folder, with these permissions or those any new file gets; removed unless it is persisted.
fn beside(target: &Path, permissions: Option<Permissions>) -> io::Result<(File, TempPath)> {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".daytona-download-");
    // Nobody reads it before it has the permissions it shall have.
    #[cfg(unix)]
    let builder = match &permissions {
        Some(_) => &mut builder,
        None => builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)),
    };
    let (file, path) = builder.tempfile_in(folder)?.into_parts();
    #[cfg(unix)]
    if let Some(permissions) = permissions {
        // What ran as somebody else does not do so with other content.
        let mode = std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777;
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    }
    Ok((File::from_std(file), path))
}

async fn copy(answer: &mut Answer, file: &mut File, refuse: &impl Fn(io::Error) -> Error) -> Result<u64> {
    let mut size = 0;
    while let Some(chunk) = answer.chunk().await? {
        file.write_all(&chunk).await.map_err(refuse)?;
        size += chunk.len() as u64;
    }
    // tokio's files write behind; only this says that everything arrived.
    file.flush().await.map_err(refuse)?;
    Ok(size)
}
