//! The end: every process is asked, given time, and then killed.

use super::Reaper;
use rustix::process::Signal;
use std::time::Duration;
use tokio::time::timeout;

/// How long processes have after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);
/// How long the kernel has to take down what was killed.
const AFTER_KILL: Duration = Duration::from_secs(2);

/// Ends all processes: those of the whole sandbox when this is its process 1, else (on a host, in a test)
/// only those it started.
pub(crate) async fn end_all(reaper: &Reaper) {
    signal(reaper, Signal::TERM);
    // A stopped process cannot act on SIGTERM.
    signal(reaper, Signal::CONT);
    if timeout(GRACE, reaper.childless()).await.is_err() {
        signal(reaper, Signal::KILL);
        let _ = timeout(AFTER_KILL, reaper.childless()).await;
    }
}

fn signal(reaper: &Reaper, signal: Signal) {
    if std::process::id() == 1 {
        // SAFETY: kill(2) touches no memory. -1 means every process of this pid namespace but this one,
        // which is right for its process 1 alone.
        unsafe { libc::kill(-1, signal.as_raw()) };
    } else {
        reaper.signal_started(signal);
    }
}
