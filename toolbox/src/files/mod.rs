//! Files in and out, streamed: whatever their size and number, a few pieces of them are in memory at a time.
//!
//! Relative paths start at the working folder. There is no confinement here: what a path may reach is what
//! the sandbox user may reach, and the sandbox is the wall. Names that are not UTF-8 are shown with U+FFFD.

mod behind;
mod bulk_download;
mod bulk_upload;
mod delete;
mod describe;
mod download;
mod emit;
mod find;
mod folder;
mod form;
mod info;
mod list;
mod path;
mod permissions;
mod remove;
mod rename;
mod replace;
mod search;
mod source;
mod store;
mod upload;

pub(crate) use bulk_download::bulk_download;
pub(crate) use bulk_upload::bulk_upload;
pub(crate) use delete::delete;
pub(crate) use download::download;
pub(crate) use emit::blocking;
pub(crate) use find::find;
pub(crate) use folder::folder;
pub(crate) use info::info;
pub(crate) use list::list;
pub(crate) use permissions::permissions;
pub(crate) use remove::remove_tree;
pub(crate) use rename::rename;
pub(crate) use replace::replace;
pub(crate) use search::search;
pub(crate) use source::{read_now, read_whole};
pub(crate) use upload::upload;
