//! The toolbox proxy: `/toolbox/{sandboxId}/...` on this server leads to the toolbox in that sandbox; and the
//! way to ports inside, which previews take.
//!
//! What must stay true: nothing is buffered that can be streamed; credentials never reach a sandbox; when the
//! client goes, the call upstream is dropped, and with it what it runs; replies are hostile until shown
//! otherwise, so their heads are bounded and never speak for this server.

mod client;
mod connector;
pub(crate) mod forward;
mod headers;
mod held;
mod pass;
mod port;

pub(crate) use client::ToolboxClient;
pub(crate) use headers::{drop_hop_by_hop, query_without_token};
pub(crate) use pass::{Passed, begin_upgrade};
pub(crate) use port::{PortClient, PortError};
