//! Routes under `/api/api-keys`, one file per verb.
//!
//! A local server has no log-in, so keys are managed with a key that may `manage:api_keys`.

pub(crate) mod create;
pub(crate) mod current;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
mod view;
