//! The log: one line per request and per change of a sandbox's state, on stderr. Never secrets, never
//! query values.

use crate::options::LogFormat;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// The log of a server in the background, in its data folder.
pub const LOG_FILE: &str = "server.log";
/// Beyond this, in bytes, the log is set aside as `server.log.1`; the one that was there before is dropped.
pub const LOG_LIMIT: u64 = 16 << 20;

/// Sets the log of this process aside if it has grown too large and is this file. The file stays the one that is
/// written to, since nothing here can give the process another stderr: it is copied and emptied. Lines that are written
/// between the two are lost.
pub(crate) fn bound(path: &Path) -> io::Result<()> {
    bound_file(io::stderr().as_fd(), path, LOG_LIMIT)
}

fn bound_file(log: impl AsFd, path: &Path, limit: u64) -> io::Result<()> {
    let ours = rustix::fs::fstat(&log)?;
    if u64::try_from(ours.st_size).is_ok_and(|size| size <= limit) {
        return Ok(());
    }
    let named = match rustix::fs::stat(path) {
        Ok(named) => named,
        Err(rustix::io::Errno::NOENT) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    // A terminal, a journal, another's file: none of it is ours to cut.
    if (ours.st_dev, ours.st_ino) != (named.st_dev, named.st_ino) {
        return Ok(());
    }
    std::fs::copy(path, path.with_extension("log.1"))?;
    // By name, because the process may hold it for appending only.
    File::options().write(true).open(path)?.set_len(0)
}

/// Starts logging. `RUST_LOG` chooses what is logged; `info` otherwise. Does nothing when the process has a
/// subscriber already, so that an embedding program keeps its own.
pub fn init(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer().with_writer(std::io::stderr);
    let outcome = match format {
        LogFormat::Text => registry.with(layer.with_ansi(false)).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    };
    if outcome.is_err() {
        tracing::debug!("the process has a log of its own; keeping it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_log_that_has_grown_is_set_aside_and_goes_on() {
        let dir = tempfile::tempdir().expect("tempdir");
        let path = dir.path().join(LOG_FILE);
        let mut log = File::options().create(true).append(true).open(&path).expect("opens");
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap_or_default();
        log.write_all(b"one\n").expect("writes");
        bound_file(&log, &path, 4).expect("small enough");
        assert_eq!((read("server.log").as_str(), read("server.log.1").as_str()), ("one\n", ""));
        log.write_all(b"two\n").expect("writes");
        bound_file(&log, &path, 4).expect("set aside");
        log.write_all(b"three\n").expect("writes");
        assert_eq!((read("server.log").as_str(), read("server.log.1").as_str()), ("three\n", "one\ntwo\n"));
        bound_file(&log, &path, 4).expect("set aside");
        assert_eq!((read("server.log").as_str(), read("server.log.1").as_str()), ("", "three\n"));

        // What this process writes to is another file: this one is left alone.
        std::fs::write(&path, "theirs, and long").expect("writes");
        let mut elsewhere = tempfile::tempfile().expect("tempfile");
        elsewhere.write_all(b"long enough").expect("writes");
        bound_file(&elsewhere, &path, 4).expect("nothing to do");
        assert_eq!(read("server.log"), "theirs, and long");
    }
}
