//! Removing trees that were made to be hard to remove.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

use daytona_engine::remove::remove_tree;
use rustix::fs::{CWD, Mode, OFlags};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};

#[test]
fn a_tree_deeper_than_any_path_is_long_goes() {
    let dir = tempfile::tempdir().unwrap();
    let top = dir.path().join("top");
    fs::create_dir(&top).unwrap();
    let mut at = rustix::fs::openat(CWD, &top, OFlags::DIRECTORY, Mode::empty()).unwrap();
    for _ in 0..5000 {
        rustix::fs::mkdirat(&at, "down", Mode::RWXU).unwrap();
        rustix::fs::openat(&at, "file", OFlags::CREATE | OFlags::WRONLY, Mode::RUSR).unwrap();
        at = rustix::fs::openat(&at, "down", OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
    drop(at);
    remove_tree(&top).unwrap();
    assert!(!top.exists());
}

#[test]
fn links_are_not_followed_and_odd_names_and_folders_without_permissions_go() {
    let dir = tempfile::tempdir().unwrap();
    let (top, kept) = (dir.path().join("top"), dir.path().join("kept"));
    fs::create_dir_all(kept.join("in")).unwrap();
    fs::write(kept.join("file"), "kept").unwrap();
    fs::create_dir_all(top.join("locked/inner/deep")).unwrap();
    fs::write(top.join("locked/inner/file"), "x").unwrap();
    symlink(&kept, top.join("link")).unwrap();
    symlink(&kept, top.join("locked/inner/link")).unwrap();
    fs::write(top.join(std::ffi::OsStr::from_bytes(b"new\nline\xff")), "x").unwrap();
    fs::create_dir(top.join(".gone-1")).unwrap();
    fs::write(top.join(".gone-2"), "x").unwrap();
    for name in ["locked/inner", "locked"] {
        fs::set_permissions(top.join(name), fs::Permissions::from_mode(0o000)).unwrap();
    }
    remove_tree(&top).unwrap();
    assert!(!top.exists());
    assert!(kept.join("file").exists() && kept.join("in").exists());
    remove_tree(&top).unwrap();
}

#[test]
fn more_names_than_are_held_at_a_time_go() {
    let dir = tempfile::tempdir().unwrap();
    let top = dir.path().join("top");
    for number in 0..3000 {
        fs::create_dir_all(top.join(format!("folder{number}/in"))).unwrap();
        fs::write(top.join(format!("file{number}")), "").unwrap();
    }
    remove_tree(&top).unwrap();
    assert!(!top.exists());
}
