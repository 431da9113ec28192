//! The host's files a sandbox is made of, as detached mounts.
//!
//! As root the monitor makes them, since only it may reach them and map their owners, and hands them to the child
//! over a socket. As an ordinary user the child makes them itself, since only it may mount.

use super::failure::{Done, Step};
use super::mounts::{self, FILES, FIXED};
use crate::SandboxSpec;
use crate::folder::Folder;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags,
};
use std::fs;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// Every tree of a sandbox.
pub(super) struct Trees {
    /// Read-only layers, bottom first.
    pub(super) layers: Vec<OwnedFd>,
    /// As the spec's mounts.
    pub(super) mounts: Vec<OwnedFd>,
    /// The toolbox's program file.
    pub(super) toolbox: OwnedFd,
    /// Holds the folders `upper` and `work`.
    pub(super) writable: OwnedFd,
}

impl Trees {
    /// Makes the trees; `mapping` is the user namespace whose ids the files shall have.
    pub(super) fn make(
        spec: &SandboxSpec,
        toolbox: &Path,
        writable: Option<OwnedFd>,
        mapping: Option<BorrowedFd<'_>>,
    ) -> Done<Self> {
        let tree = |path: &Path, attributes, mapping| {
            restricted(path, attributes, mapping).step(format!("open {}", path.display()))
        };
        let layers = spec.layers.iter().map(|layer| tree(layer, FIXED, mapping)).collect::<Done<_>>()?;
        // What the host itself lives on keeps its owners, who do not exist inside. Mapped, a file of the host's
        // root that only root may read would be root's inside, and one of its first user that of ours.
        let kept = mapping.filter(|_| super::weaken::weakened("mapped_mounts"));
        let mounts = spec
            .mounts
            .iter()
            .map(|mount| tree(&mount.source, if mount.read_only { FIXED } else { FILES }, kept))
            .collect::<Done<_>>()?;
        let toolbox =
            tree(toolbox, if super::weaken::weakened("read_only_toolbox") { FILES } else { FIXED }, kept)?;
        let writable = match writable {
            Some(disk) => disk,
            None => {
                let path = Folder::new(&spec.dir).writable();
                restricted(&path, FILES, None).step(format!("open {}", path.display()))?
            }
        };
        Ok(Self { layers, mounts, toolbox, writable })
    }

    /// Hands the trees to the child, one message each, in the order [`Trees::receive`] takes them.
    pub(super) fn send(&self, socket: impl AsFd) -> io::Result<()> {
        let single = [&self.toolbox, &self.writable];
        self.layers.iter().chain(&self.mounts).chain(single).try_for_each(|tree| send(socket.as_fd(), tree))
    }

    /// Takes the trees of `spec` from the monitor.
    pub(super) fn receive(spec: &SandboxSpec, socket: impl AsFd) -> io::Result<Self> {
        let some = |count: usize| (0..count).map(|_| receive(socket.as_fd())).collect::<io::Result<Vec<_>>>();
        Ok(Self {
            layers: some(spec.layers.len())?,
            mounts: some(spec.mounts.len())?,
            toolbox: receive(socket.as_fd())?,
            writable: receive(socket.as_fd())?,
        })
    }
}

/// A detached, restricted copy of what is at `path`, mapped where file system and kernel can. Unmapped files show
/// as owned by nobody, which read-only trees can live with.
fn restricted(path: &Path, attributes: u64, mapping: Option<BorrowedFd<'_>>) -> io::Result<OwnedFd> {
    // A link may stand for a folder of the host only if the host's own spec says so: it is resolved here.
    let path = fs::canonicalize(path)?;
    if let Some(mapping) = mapping {
        let tree = mounts::clone_path(&path)?;
        if mounts::restrict_mapped(&tree, attributes, mapping).is_ok() {
            return Ok(tree);
        }
    }
    let tree = mounts::clone_path(&path)?;
    mounts::restrict(&tree, attributes)?;
    Ok(tree)
}

fn send(socket: BorrowedFd<'_>, tree: &OwnedFd) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let fds = [tree.as_fd()];
    if !control.push(SendAncillaryMessage::ScmRights(&fds)) {
        return Err(io::Error::other("no room for a descriptor"));
    }
    rustix::net::sendmsg(socket, &[IoSlice::new(b"t")], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

fn receive(socket: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let flags = RecvFlags::CMSG_CLOEXEC;
    rustix::net::recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut control, flags)?;
    control
        .drain()
        .find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut fds) => fds.next(),
            _ => None,
        })
        .ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the monitor is gone"))
}
