//! The Daytona client: configuration, transport, sandboxes, processes, files, git and language servers.
//!
//! Everything that is policy lives here: precedence of settings, retries, deadlines, redirects, the mapping
//! from answers to errors, the local target. A binding converts arguments, makes one call, maps the error.
//!
//! Every handle is cheap to clone and usable from any thread. Futures need a tokio runtime with time and I/O
//! enabled and at least one worker thread. Dropping a future cancels what it does. After a `fork` the
//! child's handles work as soon as the child has a runtime of its own.

mod client;
pub mod config;
mod error;
mod fs;
mod git;
pub mod local;
mod lsp;
mod process;
mod sandbox;
mod timeout;
mod transport;

pub use client::{Client, ClientOptions};
pub use config::{Config, ConfigOptions, Environment};
pub use daytona_protocol as protocol;
pub use daytona_protocol::ErrorCode;
pub use daytona_protocol::sandbox::{SandboxState, SandboxVolume};
pub use error::{Error, Result};
pub use fs::{ByteStream, FileInfo, FilePermissions, FileSystem, Match, ReplaceResult, Upload};
pub use git::{FileStatus, Git, GitClone, GitCommitInfo, GitRemote, GitStatus, GitTransfer};
pub use lsp::{CompletionItem, CompletionList, LspLocation, LspRange, LspServer, LspSymbol, Position};
pub use process::{
    CodeRunParams, ExecuteResponse, LogChunk, LogSource, LogStream, Process, Session, SessionCommand,
    SessionCommandLogs, SessionExecuteRequest, SessionExecuteResponse,
};
pub use sandbox::{CreateParams, PreviewLink, Resources, Sandbox};
pub use timeout::Timeout;

/// How long a process that is otherwise done waits for the removal of what a `create` left behind that timed out
/// or was cancelled; see [`Client::settle`].
pub const SETTLING: std::time::Duration = std::time::Duration::from_secs(5);

/// The version of this SDK.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
