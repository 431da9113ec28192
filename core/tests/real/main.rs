//! The client with a server and sandboxes that are real. `make build` first: the binaries of `target/bin` run.

#[cfg(target_os = "linux")]
mod creates;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod place;
#[cfg(target_os = "linux")]
mod proxy;
#[cfg(target_os = "linux")]
mod sessions;
#[cfg(target_os = "linux")]
mod start;
