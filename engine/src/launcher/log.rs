//! What the sandbox's init says before and beside its own logging, kept for people who look for why it does not run.

use super::failure::{Done, Step};
use crate::folder::Folder;
use rustix::event::Timespec;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::OwnedFd;

/// How much of it is kept.
const LOG_BYTES: usize = 256 << 10;

/// The output of the sandbox's init. Hostile code can write there too, so it is kept up to a bound and read slowly
/// beyond it: never so slowly that the writer stands still, never so fast that it costs anything.
pub(super) struct Log {
    pub(super) reader: OwnedFd,
    /// Kept open, so that the pipe never hangs up and polling it never returns for that.
    writer: OwnedFd,
    file: File,
    left: usize,
}

impl Log {
    pub(super) fn open(folder: &Folder) -> Done<Self> {
        let step = "open the init's log";
        let file = File::options().append(true).create(true).open(folder.init_log()).step(step)?;
        let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).step(step)?;
        rustix::io::ioctl_fionbio(&reader, true).step(step)?;
        Ok(Self { reader, writer, file, left: LOG_BYTES })
    }

    pub(super) fn writer(&self) -> Done<OwnedFd> {
        self.writer.try_clone().step("open the init's log")
    }

    pub(super) fn wants_more(&self) -> bool {
        self.left > 0
    }

    pub(super) fn patience(&self) -> Timespec {
        if self.wants_more() {
            Timespec { tv_sec: 5, tv_nsec: 0 }
        } else {
            Timespec { tv_sec: 0, tv_nsec: 100_000_000 }
        }
    }

    pub(super) fn take(&mut self) {
        let mut buffer = [0_u8; 16 << 10];
        for _ in 0..4 {
            let Ok(length @ 1..) = rustix::io::read(&self.reader, &mut buffer) else { return };
            let kept = length.min(self.left);
            let _ = self.file.write_all(&buffer[..kept]);
            self.left -= kept;
        }
    }
}
