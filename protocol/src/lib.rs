//! The Daytona wire contract: what clients, the local server and the toolbox say to each other.
//!
//! Only data lives here: request and response bodies, error codes, header names. No I/O, no policy.
//! Two rules must stay true. Parsing is lenient: an unknown field or enum value from a newer peer never
//! fails. Writing is exact: field names and shapes are those of the published OpenAPI documents.

pub mod error;
mod exact;
pub mod files;
pub mod git;
pub mod headers;
mod lenient;
pub mod lsp;
pub mod port;
pub mod preview;
pub mod process;
pub mod sandbox;
pub mod session;
pub mod system;
pub mod workspace;

pub use error::{ErrorBody, ErrorCode};
