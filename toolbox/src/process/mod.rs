//! Running things: a shell command (`execute`) or a program text (`code_run`).
//!
//! Both prepare a command, hand it to `run`, which starts it in a session of its own and captures what it
//! prints into a `spool`, and stream the result out with `answer`. Memory stays bounded whatever is printed.
//! `session` is about shells that stay.

mod answer;
mod charts;
mod code_run;
mod execute;
mod interpreter;
mod prepare;
mod run;
mod session;
mod shell;
mod spool;
mod text;
mod weight;

pub(crate) use code_run::code_run;
pub(crate) use execute::execute;
pub(crate) use prepare::{check_env, executable, find_program, prepared_command};
pub(crate) use session::Sessions;
pub(crate) mod sessions {
    //! The handlers of the session routes.
    pub(crate) use super::session::{command, create, delete, entrypoint_logs, exec, get, input, list, logs};
}
