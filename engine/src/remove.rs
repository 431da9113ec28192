//! Removing a tree that hostile code filled.
//!
//! Such a tree may be a hundred thousand levels deep, hold millions of names, folders without permissions, and
//! links that point anywhere. So: no recursion, no path longer than two names, names taken in batches, no
//! following of links. Every folder found is moved up beside the first ones and emptied there.

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// How many names are held in memory at a time.
const BATCH: usize = 1024;

/// Removes `path` and everything beneath it. What is not there is no error.
///
/// # Errors
/// When something cannot be removed; the rest may be gone by then.
pub fn remove_tree(path: &Path) -> io::Result<()> {
    let top = match open_folder(rustix::fs::CWD, path) {
        Ok(top) => top,
        Err(Errno::NOENT) => return Ok(()),
        Err(Errno::NOTDIR | Errno::LOOP) => return std::fs::remove_file(path),
        Err(error) => return Err(error.into()),
    };
    let mut moved = 0;
    loop {
        let folders = unlink_files(top.as_fd())?;
        if folders.is_empty() {
            return std::fs::remove_dir(path);
        }
        for name in folders {
            flatten(top.as_fd(), &name, &mut moved)?;
        }
    }
}

/// Empties the folder `name` of `top` by moving its folders into `top`, and removes it.
fn flatten(top: BorrowedFd<'_>, name: &CString, moved: &mut u64) -> io::Result<()> {
    let folder = open_folder(top, name_of(name))?;
    loop {
        let inner = unlink_files(folder.as_fd())?;
        if inner.is_empty() {
            return Ok(rustix::fs::unlinkat(top, name.as_c_str(), AtFlags::REMOVEDIR)?);
        }
        for child in inner {
            // Moving a folder rewrites its `..`, which takes permission to write to it; opening sets that.
            drop(open_folder(folder.as_fd(), name_of(&child))?);
            move_up(folder.as_fd(), &child, top, moved)?;
        }
    }
}

/// Removes what is no folder from `folder`, batch by batch, and returns the names of up to one batch of folders:
/// none means that it is empty now.
fn unlink_files(folder: BorrowedFd<'_>) -> io::Result<Vec<CString>> {
    loop {
        let mut folders = Vec::new();
        let mut removed = false;
        for entry in Dir::read_from(folder)?.take(BATCH + 2) {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            if entry.file_type() == FileType::Directory {
                folders.push(name.to_owned());
                continue;
            }
            match rustix::fs::unlinkat(folder, name, AtFlags::empty()) {
                Ok(()) => removed = true,
                Err(Errno::ISDIR) => folders.push(name.to_owned()),
                Err(error) => return Err(error.into()),
            }
        }
        if !folders.is_empty() || !removed {
            return Ok(folders);
        }
    }
}

/// Opens a folder for emptying, giving its owner the permissions that takes.
fn open_folder(at: BorrowedFd<'_>, name: &Path) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = match rustix::fs::openat(at, name, flags, Mode::empty()) {
        Err(Errno::ACCESS) => {
            rustix::fs::chmodat(at, name, Mode::RWXU, AtFlags::empty())?;
            rustix::fs::openat(at, name, flags, Mode::empty())?
        }
        other => other?,
    };
    // A folder that may be listed but not written to would refuse the removal of what is in it.
    match rustix::fs::fchmod(&folder, Mode::RWXU) {
        Ok(()) | Err(Errno::PERM) => Ok(folder),
        Err(error) => Err(error),
    }
}

/// Moves one folder up under a name that is free there.
fn move_up(from: BorrowedFd<'_>, name: &CString, to: BorrowedFd<'_>, moved: &mut u64) -> io::Result<()> {
    loop {
        *moved += 1;
        let free = format!(".gone-{moved}");
        match rustix::fs::renameat_with(from, name.as_c_str(), to, free.as_str(), RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(()),
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn name_of(name: &CString) -> &Path {
    Path::new(OsStr::from_bytes(name.to_bytes()))
}
