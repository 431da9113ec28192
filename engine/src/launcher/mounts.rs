//! The kernel's file-descriptor mount API, as far as the launcher needs it.
//!
//! Everything is made detached and then attached to an open descriptor of its target, never to a path, so no
//! link in an image can bend where a mount lands.

use rustix::fs::CWD;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MoveMountFlags, OpenTreeFlags, fsconfig_create,
    fsconfig_set_string, fsmount, fsopen, move_mount, open_tree,
};
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::path::Path;

/// Flags of every mount that holds files: no set-uid bits, no devices.
pub(super) const FILES: u64 = libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
/// Those of a mount that must not be written to either.
pub(super) const FIXED: u64 = FILES | libc::MOUNT_ATTR_RDONLY;
/// Those of a mount that holds no programs.
pub(super) const DATA: u64 = FILES | libc::MOUNT_ATTR_NOEXEC;

/// What `mount_setattr(2)` takes; libc has no such type for every target.
#[repr(C)]
#[derive(Default)]
struct MountAttr {
    attr_set: u64,
    attr_clr: u64,
    propagation: u64,
    userns_fd: u64,
}

/// A detached copy of the mounts at and beneath a path.
pub(super) fn clone_path(path: &Path) -> io::Result<OwnedFd> {
    let flags =
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    Ok(open_tree(CWD, path, flags)?)
}

/// A detached copy of the mounts at and beneath an open file or folder.
pub(super) fn clone_fd(fd: impl AsFd) -> io::Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE
        | OpenTreeFlags::AT_EMPTY_PATH;
    Ok(open_tree(fd, "", flags)?)
}

/// Adds attributes to a mount and all beneath it.
pub(super) fn restrict(tree: impl AsFd, attributes: u64) -> io::Result<()> {
    set(tree.as_fd(), libc::AT_RECURSIVE, &MountAttr { attr_set: attributes, ..MountAttr::default() })
}

/// Adds attributes to a mount alone.
pub(super) fn restrict_top(mount: impl AsFd, attributes: u64) -> io::Result<()> {
    set(mount.as_fd(), 0, &MountAttr { attr_set: attributes, ..MountAttr::default() })
}

/// Restricts a detached tree and shows its files as owned by the ids that `user_namespace` maps theirs to.
pub(super) fn restrict_mapped(
    tree: impl AsFd,
    attributes: u64,
    user_namespace: BorrowedFd<'_>,
) -> io::Result<()> {
    let userns_fd = u64::try_from(user_namespace.as_raw_fd()).map_err(io::Error::other)?;
    let attr_set = attributes | libc::MOUNT_ATTR_IDMAP;
    set(tree.as_fd(), libc::AT_RECURSIVE, &MountAttr { attr_set, userns_fd, ..MountAttr::default() })
}

fn set(tree: BorrowedFd<'_>, flags: libc::c_int, attributes: &MountAttr) -> io::Result<()> {
    const EMPTY: &CStr = c"";
    // SAFETY: the path is a terminated string, `attributes` is of the size passed and outlives the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            EMPTY.as_ptr(),
            libc::AT_EMPTY_PATH | flags,
            std::ptr::from_ref(attributes),
            size_of::<MountAttr>(),
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// A new file system, detached. Its type decides which namespace it shows: that of the caller.
pub(super) fn new(kind: &str, options: &[(&str, &str)], attributes: u64) -> io::Result<OwnedFd> {
    let context = fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)?;
    for (name, value) in options {
        if value.is_empty() {
            rustix::mount::fsconfig_set_flag(context.as_fd(), *name)?;
        } else {
            fsconfig_set_string(context.as_fd(), *name, *value)?;
        }
    }
    fsconfig_create(context.as_fd())?;
    let attributes = u32::try_from(attributes).map_err(io::Error::other)?;
    let attributes = MountAttrFlags::from_bits_retain(attributes);
    Ok(fsmount(context.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)?)
}

/// Attaches a detached tree onto an open file or folder.
pub(super) fn attach(tree: impl AsFd, target: impl AsFd) -> io::Result<()> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    Ok(move_mount(tree, "", target, "", flags)?)
}
