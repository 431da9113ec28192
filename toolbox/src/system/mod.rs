//! Small routes about the sandbox as a whole.

mod env;
mod folders;
mod health;
mod init;

pub(crate) use env::env;
pub(crate) use folders::{user_home_dir, work_dir};
pub(crate) use health::{health, version};
pub(crate) use init::init;
