//! Git repositories, through the sandbox's own git.
//!
//! Git runs as the sandbox's user, in the repository, without a terminal. A client that goes away ends it.
//! Only formats meant for machines are parsed; names reach git where it reads no options, patterns or
//! quoting. Calls that change one repository run one after another. Hooks and configuration work as git
//! defines, except where `credentials` says otherwise.
//!
//! Route files are named after the route's verb.

mod add;
mod branches;
mod checkout;
mod clone;
mod command;
mod commit;
mod credentials;
mod failure;
mod history;
mod locks;
mod pull;
mod push;
mod remotes;
mod status;

pub(crate) use add::add;
pub(crate) use branches::{create as create_branch, delete as delete_branch, list as branches};
pub(crate) use checkout::checkout;
pub(crate) use clone::clone;
pub(crate) use commit::commit;
pub(crate) use history::history;
pub(crate) use locks::Locks;
pub(crate) use pull::pull;
pub(crate) use push::push;
pub(crate) use remotes::remotes;
pub(crate) use status::status;
