//! The signals that ask for the end.
//!
//! The launcher starts an init with SIGTERM blocked: the kernel drops a signal that process 1 has no handler for, and a
//! stop may come before there is one. What has come meanwhile arrives when it is unblocked here.

use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The request to end, to be awaited.
#[derive(Debug)]
pub(crate) struct Asked {
    term: Signal,
    int: Signal,
}

/// Begins to listen. Call it before the first thread or child: both take the signal mask of whoever starts them.
pub(crate) fn listen() -> io::Result<Asked> {
    let asked = Asked { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? };
    // SAFETY: the set is this function's own and is emptied before it is used.
    let changed = unsafe {
        let mut term: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut term);
        libc::sigaddset(&raw mut term, libc::SIGTERM);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const term, std::ptr::null_mut())
    };
    if changed == 0 { Ok(asked) } else { Err(io::Error::from_raw_os_error(changed)) }
}

impl Asked {
    /// The first SIGTERM or SIGINT since [`listen`], or one that had come before.
    pub(crate) async fn come(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}
