//! Protection of this process from the code it runs, which has the same user id.

use std::io;

/// Makes this process untraceable (no ptrace, no /proc/PID/mem, environ or fd for others of the same user)
/// and keeps every descriptor but 0-2 from the processes it starts.
pub(crate) fn harden() -> io::Result<()> {
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    // SAFETY: close_range with CLOSE_RANGE_CLOEXEC closes nothing and touches no memory; it only marks.
    let marked = unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    if marked == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
