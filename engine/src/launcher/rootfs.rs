//! The root file system: layers under a writable one, and on top what the sandbox itself stands on.
//!
//! Runs in the child, in its own mount namespace, while the host's root is still its root.

use super::attack_surface;
use super::devices;
use super::failure::{Done, Step, fail};
use super::mounts::{self, DATA, FILES, FIXED};
use super::targets;
use super::trees::Trees;
use super::weaken::weakened;
use crate::SandboxSpec;
use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::mount::{MountFlags, MountPropagationFlags, UnmountFlags};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// Where the toolbox lies inside.
pub(super) const TOOLBOX: &str = "run/daytona/toolbox";

/// A folder every Linux has, on which to build unseen.
const SCRATCH: &str = "/tmp";

/// Builds the root file system and makes it this process's root. The host's files are out of reach after.
pub(super) fn enter(spec: &SandboxSpec, trees: Trees) -> Done<()> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", private).step("make mounts private")?;
    let root = overlay(&trees)?;
    for (mount, tree) in spec.mounts.iter().zip(&trees.mounts) {
        let step = format!("mount {} at {}", mount.source.display(), mount.target.display());
        let kind = rustix::fs::fstat(tree).step(&step)?.st_mode;
        let kind = match FileType::from_raw_mode(kind) {
            FileType::Directory => FileType::Directory,
            _ => FileType::RegularFile,
        };
        let target = targets::within(&root, &mount.target, kind).step(&step)?;
        mounts::attach(tree, &target).step(step)?;
    }
    let toolbox = targets::real_file(&root, TOOLBOX).step("make a place for the toolbox")?;
    mounts::attach(&trees.toolbox, &toolbox).step("mount the toolbox")?;
    devices::mount(&root, spec.limits.shm_bytes, spec.ids)?;
    system(&root)?;
    rustix::process::fchdir(&root).step("enter the root file system")?;
    rustix::process::pivot_root(".", ".").step("pivot_root")?;
    // The old root now lies over the new one at the same place.
    if !weakened("pivot") {
        rustix::mount::unmount(".", UnmountFlags::DETACH).step("leave the host's root")?;
    }
    rustix::process::chdir("/").step("enter /")
}

/// Mounts the layers and the writable folder on a scratch place under names of one or two letters: no path of the
/// host has to fit into, or be escaped in, an option of overlayfs.
fn overlay(trees: &Trees) -> Done<OwnedFd> {
    if trees.layers.is_empty() {
        return fail("mount the root file system", "the spec names no layer");
    }
    let scratch =
        mounts::new("tmpfs", &[("mode", "0700"), ("size", "1m")], FILES).step("mount a scratch folder")?;
    let place = rustix::fs::open(SCRATCH, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .step("open /tmp")?;
    mounts::attach(&scratch, &place).step("mount a scratch folder")?;
    rustix::process::fchdir(&scratch).step("enter the scratch folder")?;
    let folder = |name: &str| {
        rustix::fs::mkdirat(CWD, name, Mode::RWXU)?;
        rustix::fs::open(name, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
    };
    let mut lower = Vec::with_capacity(trees.layers.len());
    for (number, layer) in trees.layers.iter().enumerate() {
        let name = format!("{number:x}");
        let target = folder(&name).step("make a scratch folder")?;
        mounts::attach(layer, &target).step("mount a layer")?;
        lower.push(name);
    }
    lower.reverse();
    let target = folder("w").step("make a scratch folder")?;
    mounts::attach(&trees.writable, &target).step("mount the writable layer")?;
    folder("root").step("make a scratch folder")?;
    let options = format!("userxattr,lowerdir={},upperdir=w/upper,workdir=w/work", lower.join(":"));
    let options = std::ffi::CString::new(options).step("mount the root file system")?;
    let mut flags = MountFlags::NOSUID | MountFlags::NODEV;
    for (control, flag) in [("nosuid", MountFlags::NOSUID), ("nodev", MountFlags::NODEV)] {
        if weakened(control) {
            flags.remove(flag);
        }
    }
    rustix::mount::mount("overlay", "root", "overlay", flags, options.as_c_str())
        .step("mount the root file system (overlayfs in a user namespace, Linux 5.12 or newer)")?;
    rustix::fs::open("root", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .step("open the root file system")
}

/// `/proc`, and `/sys` where the kernel lets a user namespace have it.
fn system(root: &OwnedFd) -> Done<()> {
    let target = targets::real_folder(root, "proc").step("make a place for /proc")?;
    // A user namespace may mount the processes of its own pid namespace only; to see the host's takes a copy.
    let proc = if weakened("pidns") { host("/proc", DATA) } else { mounts::new("proc", &[], DATA) };
    let proc = proc.step("mount /proc")?;
    mounts::attach(&proc, &target).step("mount /proc")?;
    let target = targets::real_folder(root, "sys").step("make a place for /sys")?;
    // Without it the folder stays empty, which programs can live with.
    let sys = if weakened("host_sys") {
        host("/sys", FIXED | DATA)
    } else {
        mounts::new("sysfs", &[], FIXED | DATA)
    };
    if let Ok(sys) = sys {
        mounts::attach(&sys, &target).step("mount /sys")?;
    }
    if weakened("masks") {
        return Ok(());
    }
    attack_surface::hide(root.as_fd())
}

/// What the host has at a path, which only a weakened launcher shows.
fn host(path: &str, attributes: u64) -> std::io::Result<OwnedFd> {
    let tree = mounts::clone_path(Path::new(path))?;
    mounts::restrict(&tree, attributes)?;
    Ok(tree)
}

/// Makes a folder of the user's, as the documents promise it, when no image brought it.
pub(super) fn own_folder(path: &Path, user: &crate::spec::User) -> std::io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(path)?;
    std::os::unix::fs::chown(path, Some(user.uid), Some(user.gid))
}
