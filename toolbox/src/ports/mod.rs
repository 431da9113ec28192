//! What listens on ports in this sandbox.

mod in_use;
mod list;
mod listening;
mod tunnel;

pub(crate) use in_use::in_use;
pub(crate) use list::list;
pub(crate) use tunnel::tunnel;
