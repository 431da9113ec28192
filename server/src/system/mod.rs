//! Public routes about the server itself.

pub(crate) mod config;
pub(crate) mod health;
pub(crate) mod openapi;
