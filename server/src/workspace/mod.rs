//! Routes the 0.14 clients ask, under `/api/workspace` and `/api/toolbox/{workspaceId}/toolbox`, one file per
//! verb: each asks the handler of today's route and tells its answer in the words of that time.
//!
//! What must stay true: nothing is decided here that `sandbox` does not decide; what those clients cannot read
//! never reaches them (see `view`).

pub(crate) mod archive;
pub(crate) mod autostop;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod labels;
pub(crate) mod list;
pub(crate) mod preview_url;
pub(crate) mod public;
pub(crate) mod start;
pub(crate) mod stop;
pub(crate) mod toolbox;
mod view;
