//! Finding the monitor of a sandbox, and talking to it.
//!
//! The monitor holds a record lock on `monitor.lock` ([`crate::lock`]). The kernel names the holder of such a lock and
//! drops it with the process, so there is no number in a file to go stale, and no other process can be mistaken for it.

use super::PATIENCE;
use crate::folder::Folder;
use crate::{Error, Result, leftovers};
use rustix::process::{PidfdFlags, Signal};
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A monitor that runs.
#[derive(Debug)]
pub(super) struct Monitor {
    process: OwnedFd,
}

impl Monitor {
    /// Finds the monitor of the sandbox in `folder`; none when nothing runs there.
    pub(super) fn find(folder: &Folder) -> io::Result<Option<Self>> {
        while let Some(pid) = leftovers::monitor(folder)? {
            let Ok(process) = rustix::process::pidfd_open(pid, PidfdFlags::empty()) else {
                continue;
            };
            // Asked again, the answer vouches for the process that was opened between.
            if leftovers::monitor(folder)? == Some(pid) {
                return Ok(Some(Self { process }));
            }
        }
        Ok(None)
    }

    /// Has the sandbox's init end within `grace`, else kills it, and waits until the monitor has cleaned up.
    pub(super) async fn stop(&self, id: &str, grace: Duration) -> Result<()> {
        if !grace.is_zero() {
            self.signal(id, Signal::TERM)?;
            if self.ended_within(id, grace).await? {
                return Ok(());
            }
        }
        self.signal(id, Signal::QUIT)?;
        if self.ended_within(id, PATIENCE).await? {
            return Ok(());
        }
        // Its child dies with it; what else it held is in its record.
        self.signal(id, Signal::KILL)?;
        if self.ended_within(id, PATIENCE).await? {
            return Ok(());
        }
        Err(Error::Timeout { id: id.to_owned(), what: "ending its monitor", seconds: PATIENCE.as_secs() })
    }

    /// Resolves when the monitor has ended.
    pub(super) async fn ended(&self, id: &str) -> Result<()> {
        let failed = |source| Error::Io { id: id.to_owned(), what: "watch its monitor".to_owned(), source };
        let process = self.process.try_clone().map_err(failed)?;
        // SAFETY: the descriptor is owned by the `AsyncFd` and stays the same and open for as long as that lives.
        let process = unsafe { AsyncFd::register_with_interest(process, Interest::READABLE) }
            .map_err(|error| failed(error.into()))?;
        process.readable().await.map(drop).map_err(failed)
    }

    async fn ended_within(&self, id: &str, time: Duration) -> Result<bool> {
        match tokio::time::timeout(time, self.ended(id)).await {
            Ok(ended) => ended.map(|()| true),
            Err(_) => Ok(false),
        }
    }

    /// Sends a signal; a monitor that has ended needs none.
    fn signal(&self, id: &str, signal: Signal) -> Result<()> {
        match rustix::process::pidfd_send_signal(&self.process, signal) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(Error::Io {
                id: id.to_owned(),
                what: "signal its monitor".to_owned(),
                source: error.into(),
            }),
        }
    }
}
