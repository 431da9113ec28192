//! Sandbox engines: what a sandbox is made of (`spec`), what any engine can do with one (`engine`), and the
//! engine that is built in (`namespaces`).
//!
//! The launcher in `bin/launcher.rs` is the only code that creates namespaces; it is single-threaded and
//! shares nothing with the server but the spec it reads and the records in the sandbox's folder.

pub mod cgroup;
pub mod connect;
pub mod doctor;
pub mod engine;
pub mod error;
pub mod folder;
pub mod image;
pub mod launcher;
pub mod leftovers;
pub mod lock;
pub mod namespaces;
pub mod network;
pub mod remove;
pub mod share;
pub mod spec;

pub use connect::connect;
pub use doctor::{Check, CheckStatus, doctor};
pub use engine::{Engine, Exit, Status};
pub use error::{Error, Result};
pub use folder::Report;
pub use namespaces::{EngineOptions, NamespaceEngine};
pub use spec::SandboxSpec;
