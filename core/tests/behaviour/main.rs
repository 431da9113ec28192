//! The client against servers that behave, and servers that do not, on real sockets.

mod config;
mod files;
#[cfg(target_os = "linux")]
mod local;
mod lsp;
mod previews;
mod processes;
mod proxies;
mod sandboxes;
mod support;
mod transport_errors;
mod transport_retries;
