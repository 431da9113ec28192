//! Sessions: a shell that stays, whose commands run one after another and share its folder, variables and
//! functions.
//!
//! - `store` knows all sessions and their commands; a session's `runner` task owns its shell and feeds it.
//! - The shell (`shell`) reads one line per command from its input: source this script with these pipes, then
//!   print the exit code. Commands see neither that input nor that output.
//! - Output goes from the pipes into a log file (`log`), and from that file to whoever reads (`view`,
//!   `follow`), however slowly: nothing waits in memory for a reader, and nothing is lost or doubled.
//! - A command has ended when its exit code is known and everyone has closed its stdout and stderr.
//! - Scripts, pipes and logs are in a 0700 folder per session, which goes with the session.

mod command;
mod create;
mod delete;
mod exec;
mod extract;
mod follow;
mod form;
mod get;
mod input;
mod log;
mod logs;
mod runner;
mod shell;
mod store;
mod view;

pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use exec::exec;
pub(crate) use get::{command, get, list};
pub(crate) use input::input;
pub(crate) use logs::{entrypoint_logs, logs};
pub(crate) use store::Sessions;
