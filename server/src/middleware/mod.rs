//! What surrounds every request: its id, span and error body (`context`), the Host and Origin checks
//! (`guard`), and the API key (`auth`).

pub(crate) mod auth;
pub(crate) mod context;
pub(crate) mod guard;
