//! Connecting to a sandbox's toolbox.
//!
//! A data folder may lie deeper than the 107 bytes a socket address holds, and another user of the machine may
//! try to stand in for a sandbox; neither may matter.

use rustix::fs::{Mode, OFlags};
use std::io;
use std::os::fd::AsRawFd as _;
use std::path::Path;
use tokio::net::UnixStream;

/// Connects to the unix socket at `path`, however long, and checks that the one who listens is this process's
/// own user.
///
/// # Errors
/// When nothing listens there, or someone else does (`PermissionDenied`).
pub async fn connect(path: &Path) -> io::Result<UnixStream> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{} names no socket", path.display()),
        ));
    };
    let parent = rustix::fs::open(
        if parent.as_os_str().is_empty() { Path::new(".") } else { parent },
        OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    let short = Path::new("/proc/self/fd").join(parent.as_raw_fd().to_string()).join(name);
    let stream = UnixStream::connect(short).await?;
    // The credentials are those of the process that called listen(2): the monitor, never the sandbox.
    let peer = stream.peer_cred()?;
    let own = rustix::process::geteuid().as_raw();
    if peer.uid() != own {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("{} is served by user {} and not by user {own}", path.display(), peer.uid()),
        ));
    }
    Ok(stream)
}
