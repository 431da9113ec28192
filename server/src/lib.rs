//! The local Daytona server: control plane in SQLite, sandbox lifecycle, toolbox proxy, warm pool.
//!
//! [`serve`] runs one; the `daytona serve` command is a thin layer above it. Routes are listed in `router`,
//! handled at `noun/verb.rs`, and change sandboxes only through `lifecycle`.

mod api_error;
mod api_key;
mod app;
mod auth;
mod clock;
mod data_dir;
mod db;
mod error;
mod extract;
mod lifecycle;
mod listener;
mod logging;
mod machine;
mod middleware;
mod openapi;
mod options;
mod preview;
mod proxy;
mod router;
mod sandbox;
mod serve;
mod system;
mod workspace;

pub use data_dir::ServerInfo;
pub use error::{Error, Result};
pub use logging::{LOG_FILE, LOG_LIMIT, init as init_logging};
pub use openapi::document as openapi_document;
pub use options::{LogFormat, ServeOptions};
pub use serve::{serve, serve_with};
