//! The log of a command: all of it so far, or all of it as it comes.

mod connection;
mod demux;
mod stream;
mod text;
mod whole;

pub(super) use demux::Demux;
pub use stream::LogStream;

/// The log of a command up to now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionCommandLogs {
    /// stdout and stderr as they were written, interleaved.
    pub output: String,
    /// stdout alone; the same as `output` where the server does not tell them apart.
    pub stdout: String,
    /// stderr alone; empty where the server does not tell them apart.
    pub stderr: String,
}

/// Where a piece of a log was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogSource {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A piece of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogChunk {
    /// Where it was written to.
    pub source: LogSource,
    /// The text; never empty, and of any length up to 256 KiB. It need not end with a line.
    pub text: String,
}
