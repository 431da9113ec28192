//! The duties of an init process: protect itself, reap every child, end everything at the end.

mod allocator;
mod command;
mod harden;
mod reaper;
mod shutdown;
mod signals;
mod tree;

pub(crate) use allocator::keep_buffers;
pub(crate) use command::Command;
pub(crate) use harden::harden;
pub(crate) use reaper::{Child, Reaper};
pub(crate) use shutdown::end_all;
pub(crate) use signals::listen;
pub(crate) use tree::Tree;
