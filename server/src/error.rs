//! Why a server could not start or had to end. What clients are answered is in `api_error`.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

/// The result of running a server.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a server did not start, or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Asked to listen where others could read keys off the wire.
    #[error(
        "refusing to listen on {host}: without TLS, API keys would cross the network in the clear; \
         use 127.0.0.1 or ::1, and a tunnel or a TLS proxy on this machine to reach it from elsewhere"
    )]
    NotLoopback {
        /// The address asked for.
        host: IpAddr,
    },
    /// Another server holds the data folder.
    #[error(
        "a Daytona server already runs on {data_dir}{running}; use it, stop it, or choose another --data-dir"
    )]
    AlreadyRunning {
        /// The folder.
        data_dir: PathBuf,
        /// ` (pid 12, http://...)` when known, else empty.
        running: String,
    },
    /// The port is taken, or the address does not exist.
    #[error("cannot listen on {address}: {source}; choose another --port (0 takes any free one)")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// The system's word.
        source: io::Error,
    },
    /// The data folder is not the server's alone.
    #[error("{path} is not safe to keep keys in: {reason}")]
    UnsafeDataDir {
        /// The folder.
        path: PathBuf,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// A file of the data folder could not be read or written.
    #[error("{what} {path}: {source}")]
    File {
        /// What was attempted.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The database was written by a newer version, or altered.
    #[error(
        "{path} has a schema this version ({version}) does not know ({reason}); it was left as it is: \
         run the newer daytona again, or choose another --data-dir",
        version = env!("CARGO_PKG_VERSION")
    )]
    UnknownSchema {
        /// The database.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The database could not be opened or used.
    #[error("database {path}: {source}")]
    Database {
        /// The database.
        path: PathBuf,
        /// The database's word.
        source: sqlx::Error,
    },
    /// The engine cannot run sandboxes here, or could not be asked what runs.
    #[error(transparent)]
    Engine(#[from] daytona_engine::Error),
}
