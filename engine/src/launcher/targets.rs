//! Where mounts land: finding and making files and folders in a root file system that may be hostile.
//!
//! `real_*` is for the places the sandbox itself stands on (`/proc`, `/dev`, the toolbox): whatever an image or a
//! former run put there is replaced, links included. `within` is for the places a spec names: links are followed
//! as a program in the sandbox would follow them, and can lead nowhere else.

use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags, ResolveFlags};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Component, Path};

/// Opens `path` beneath `root` as a folder, making it and its parents real folders first.
pub(super) fn real_folder(root: impl AsFd, path: &str) -> io::Result<OwnedFd> {
    let mut at = open_beneath(root.as_fd(), ".")?;
    for name in path.split('/').filter(|name| !name.is_empty()) {
        at = real_entry(at.as_fd(), name, FileType::Directory)?;
    }
    Ok(at)
}

/// Opens `path` beneath `root` as a plain file, making it one first.
pub(super) fn real_file(root: impl AsFd, path: &str) -> io::Result<OwnedFd> {
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let parent = real_folder(root, parent)?;
    real_entry(parent.as_fd(), name, FileType::RegularFile)
}

/// Opens what is at `path` beneath `root` if it is there and no link is on the way.
pub(super) fn existing(root: impl AsFd, path: &str) -> io::Result<Option<OwnedFd>> {
    match open_beneath(root.as_fd(), path) {
        Ok(fd) => Ok(Some(fd)),
        Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Opens `path` as a program inside would see it, making what is missing: folders, and at the end a folder or an
/// empty file.
pub(super) fn within(root: impl AsFd, path: &Path, last: FileType) -> io::Result<OwnedFd> {
    let root = root.as_fd();
    if path.components().any(|part| matches!(part, Component::ParentDir)) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a mount target must not contain .."));
    }
    match open_in_root(root, path) {
        Ok(fd) => return Ok(fd),
        Err(Errno::NOENT) => {}
        Err(error) => return Err(error.into()),
    }
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a mount target must not be the root"));
    };
    let parent = within(root, parent, FileType::Directory)?;
    make(parent.as_fd(), Path::new(name), last)?;
    Ok(open_in_root(root, path)?)
}

fn real_entry(parent: BorrowedFd<'_>, name: &str, kind: FileType) -> io::Result<OwnedFd> {
    for _ in 0..2 {
        match open_beneath(parent, name) {
            Ok(entry) => {
                if FileType::from_raw_mode(rustix::fs::fstat(&entry)?.st_mode) == kind {
                    return Ok(entry);
                }
                remove(parent, name)?;
            }
            Err(Errno::NOENT) => {}
            // A link: what it points to is none of our business.
            Err(Errno::LOOP) => remove(parent, name)?,
            Err(error) => return Err(error.into()),
        }
        make(parent, Path::new(name), kind)?;
    }
    Err(io::Error::other(format!("{name} cannot be made what it must be")))
}

fn make(parent: BorrowedFd<'_>, name: &Path, kind: FileType) -> rustix::io::Result<()> {
    let mode = Mode::from_raw_mode(0o755);
    if kind == FileType::Directory {
        rustix::fs::mkdirat(parent, name, mode)
    } else {
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
        rustix::fs::openat(parent, name, flags, mode).map(drop)
    }
}

/// Clears the way. A folder that holds something is moved aside: it could be a user's files, and must not keep the
/// sandbox from starting.
fn remove(parent: BorrowedFd<'_>, name: &str) -> rustix::io::Result<()> {
    match rustix::fs::unlinkat(parent, name, AtFlags::empty()) {
        Err(Errno::ISDIR) => {}
        other => return other,
    }
    match rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR) {
        Err(Errno::NOTEMPTY | Errno::EXIST) => {}
        other => return other,
    }
    for number in 1.. {
        let aside = format!("{name}.moved-{number}");
        match rustix::fs::renameat_with(parent, name, parent, &aside, RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) => {}
            other => return other,
        }
    }
    Err(Errno::EXIST)
}

fn open_beneath(at: BorrowedFd<'_>, path: &str) -> rustix::io::Result<OwnedFd> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    rustix::fs::openat2(at, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty(), resolve)
}

fn open_in_root(root: BorrowedFd<'_>, path: &Path) -> rustix::io::Result<OwnedFd> {
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    rustix::fs::openat2(root, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty(), resolve)
}
