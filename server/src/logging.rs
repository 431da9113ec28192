//! The log: one line per request and per change of a sandbox's state, on stderr. Never secrets, never
//! query values.

use crate::options::LogFormat;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Starts logging. `RUST_LOG` chooses what is logged; `info` otherwise. Does nothing when the process has a
/// subscriber already, so that an embedding program keeps its own.
pub fn init(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer().with_writer(std::io::stderr);
    let outcome = match format {
        LogFormat::Text => registry.with(layer.with_ansi(false)).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    };
    if outcome.is_err() {
        tracing::debug!("the process has a log of its own; keeping it");
    }
}
