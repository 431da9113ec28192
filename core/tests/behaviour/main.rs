//! The client against servers that behave, and servers that do not, on real sockets.

mod config;
mod files;
mod files_batch;
mod files_verbs;
mod git;
mod lifecycle;
#[cfg(target_os = "linux")]
mod local;
mod log_stream;
mod lsp;
mod previews;
mod processes;
mod proxies;
mod reads;
mod sandboxes;
mod sessions;
mod support;
mod transport_errors;
mod transport_retries;
