//! Removing a folder with all in it, however deep: hostile code makes folders a hundred thousand levels deep, and the
//! threads of this process have small stacks. So: no recursion, no path longer than one name, names in batches, no
//! following of links. What cannot be removed stays as and where it is.

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// How many names of a folder are held in memory at a time.
const BATCH: usize = 1024;

/// A folder on the way down.
struct Level {
    /// In the folder above.
    name: CString,
    /// Device and inode: on the way up it must be met again, or someone has moved what is being removed.
    id: (u64, u64),
    /// Folders in it that are still to be removed.
    pending: Vec<CString>,
}

/// Removes the folder `path` and everything beneath it.
///
/// # Errors
/// At the first thing that cannot be removed; others may be gone by then.
pub(crate) fn remove_tree(path: &Path) -> io::Result<()> {
    match std::fs::remove_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
        done => return done,
    }
    let mut here = open(CWD, path)?;
    let mut level = Level { name: CString::default(), id: identity(&here)?, pending: Vec::new() };
    let mut above = Vec::new();
    loop {
        if level.pending.is_empty() {
            level.pending = unlink_files(&here)?;
        }
        if let Some(name) = level.pending.pop() {
            match rustix::fs::unlinkat(&here, &name, AtFlags::REMOVEDIR) {
                // Someone else was faster, or put something else in its place, which is met at the next look.
                Ok(()) | Err(Errno::NOENT | Errno::NOTDIR) => {}
                Err(Errno::NOTEMPTY | Errno::EXIST) => {
                    here = open(&here, name.as_c_str())?;
                    let inner = Level { name, id: identity(&here)?, pending: Vec::new() };
                    above.push(std::mem::replace(&mut level, inner));
                }
                Err(error) => return Err(error.into()),
            }
            continue;
        }
        let Some(outer) = above.pop() else { return std::fs::remove_dir(path) };
        here = open(&here, c"..")?;
        if identity(&here)? != outer.id {
            return Err(io::Error::other("a folder in it was moved meanwhile"));
        }
        let emptied = std::mem::replace(&mut level, outer);
        level.pending.push(emptied.name);
    }
}

/// Removes what is no folder from `folder`, batch by batch, and returns the names of up to one batch of folders:
/// none means that it is empty now.
fn unlink_files(folder: &OwnedFd) -> io::Result<Vec<CString>> {
    loop {
        let mut folders = Vec::new();
        let mut removed = false;
        for entry in Dir::read_from(folder)?.take(BATCH + 2) {
            let entry = entry?;
            let name: &CStr = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            if entry.file_type() == FileType::Directory {
                folders.push(name.to_owned());
                continue;
            }
            match rustix::fs::unlinkat(folder, name, AtFlags::empty()) {
                Ok(()) => removed = true,
                // Where the file system does not say what an entry is.
                Err(Errno::ISDIR) => folders.push(name.to_owned()),
                Err(Errno::NOENT) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if !folders.is_empty() || !removed {
            return Ok(folders);
        }
    }
}

fn open(at: impl std::os::fd::AsFd, name: impl rustix::path::Arg) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(at, name, flags, Mode::empty())
}

fn identity(folder: &OwnedFd) -> rustix::io::Result<(u64, u64)> {
    rustix::fs::fstat(folder).map(|found| (found.st_dev, found.st_ino))
}
