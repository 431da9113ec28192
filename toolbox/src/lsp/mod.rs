//! Language servers: one program per language and project, spoken to in JSON-RPC over its standard streams.
//!
//! The program is sandboxed code. What it sends is bounded and checked, every wait has a deadline, and one that
//! ends or misbehaves is taken down with its whole session; the next start makes a new one.
//!
//! This toolbox is the editor: it reads files from the disk, and again before each feature, so that answers are
//! about what a file holds now, opened or not. Features of one server run one after another.

mod codec;
mod completions;
mod connection;
mod did_close;
mod did_open;
mod document;
mod document_symbols;
mod handshake;
mod language;
mod rpc;
mod server;
mod start;
mod stop;
mod store;
mod symbols;
mod workspace_symbols;

pub(crate) use completions::completions;
pub(crate) use did_close::did_close;
pub(crate) use did_open::did_open;
pub(crate) use document_symbols::document_symbols;
pub(crate) use start::start;
pub(crate) use stop::stop;
pub(crate) use store::LanguageServers;
pub(crate) use workspace_symbols::workspace_symbols;
