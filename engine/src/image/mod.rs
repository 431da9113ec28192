//! Images: where the read-only layers of a sandbox come from.

pub mod host;
mod layer;
