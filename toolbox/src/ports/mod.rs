//! What listens on ports in this sandbox.

mod tunnel;

pub(crate) use tunnel::tunnel;
