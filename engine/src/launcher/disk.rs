//! The writable layer as a file system of its own in a sparse file: the one way to a true "no space left" and a
//! bound on the number of files that works on any host file system.

use super::failure::{Done, Step};
use super::mounts::{self, FILES};
use crate::folder::Folder;
use crate::leftovers;
use rustix::fs::{Gid, Mode, OFlags, Uid};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};

const LOOP_CONFIGURE: libc::c_ulong = 0x4C0A;
const LOOP_CTL_GET_FREE: libc::c_ulong = 0x4C82;
const LO_FLAGS_AUTOCLEAR: u32 = 4;
const LO_FLAGS_DIRECT_IO: u32 = 16;

/// `struct loop_info64` of <linux/loop.h>.
#[repr(C)]
struct LoopInfo {
    device: u64,
    inode: u64,
    rdevice: u64,
    offset: u64,
    size_limit: u64,
    number: u32,
    encrypt_type: u32,
    encrypt_key_size: u32,
    flags: u32,
    file_name: [u8; 64],
    crypt_name: [u8; 64],
    encrypt_key: [u8; 32],
    init: [u64; 2],
}

/// `struct loop_config` of <linux/loop.h>.
#[repr(C)]
struct LoopConfig {
    fd: u32,
    block_size: u32,
    info: LoopInfo,
    reserved: [u64; 8],
}

/// Mounts the sandbox's disk, detached, with the folders overlayfs needs, owned by `owner`.
///
/// None when the sandbox has no disk. The loop device frees itself when the last mount of it goes.
pub(super) fn mount(folder: &Folder, owner: u32) -> Done<Option<OwnedFd>> {
    let path = folder.disk();
    if !path.exists() {
        return Ok(None);
    }
    let image =
        File::options().read(true).write(true).open(&path).step(format!("open {}", path.display()))?;
    // The device holds on to this open file, and the file to this lock: until the last mount of a former run is
    // gone, the disk is not attached a second time, which would destroy what is on it.
    leftovers::lock_disk(&image).step("wait for the disk to be free")?;
    let (device, name) = attach(&image).step("attach the disk to a loop device")?;
    // Inode tables are zeroed when used and not beforehand, or every disk would grow to its full table;
    // freed blocks are given back to the host.
    let options = [("source", name.as_str()), ("noinit_itable", ""), ("discard", "")];
    let mount = mounts::new("ext4", &options, FILES).step(format!("mount the disk on {name}"))?;
    drop(device);
    for (name, mode) in [("upper", 0o755), ("work", 0o700)] {
        make_owned(&mount, name, mode, owner).step(format!("make the folder {name} on the disk"))?;
    }
    Ok(Some(mount))
}

fn make_owned(at: &OwnedFd, name: &str, mode: u32, owner: u32) -> rustix::io::Result<()> {
    match rustix::fs::mkdirat(at, name, Mode::from_raw_mode(mode)) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(error) => return Err(error),
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = rustix::fs::openat(at, name, flags, Mode::empty())?;
    // The umask of this process has no say in what the sandbox sees.
    rustix::fs::fchmod(&folder, Mode::from_raw_mode(mode))?;
    rustix::fs::fchown(&folder, Some(Uid::from_raw(owner)), Some(Gid::from_raw(owner)))
}

/// Binds a free loop device to the file. Others on the machine look for free ones too, so a lost race is run again.
fn attach(image: &File) -> io::Result<(OwnedFd, String)> {
    let control = File::options().read(true).write(true).open("/dev/loop-control")?;
    for _ in 0..64 {
        // SAFETY: this request takes no argument and returns a number.
        let number = unsafe { libc::ioctl(control.as_raw_fd(), LOOP_CTL_GET_FREE) };
        if number < 0 {
            return Err(io::Error::last_os_error());
        }
        let name = format!("/dev/loop{number}");
        let device = File::options().read(true).write(true).open(&name)?;
        // SAFETY: all fields are plain numbers, for which zero is a value.
        let mut config: LoopConfig = unsafe { std::mem::zeroed() };
        config.fd = u32::try_from(image.as_raw_fd()).map_err(io::Error::other)?;
        // Past the host's page cache, which would hold, and copy, what the sandbox's own holds already. Where the image's
        // file system cannot, the kernel goes without.
        config.info.flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO;
        // SAFETY: the request reads a `loop_config`, which `config` is and which outlives the call.
        if unsafe { libc::ioctl(device.as_raw_fd(), LOOP_CONFIGURE, &raw const config) } == 0 {
            return Ok((device.into(), name));
        }
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(libc::EBUSY) {
            return Err(error);
        }
    }
    Err(io::Error::other("every free loop device was taken by someone else"))
}
