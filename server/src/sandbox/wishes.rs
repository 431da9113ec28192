//! What the published create may ask for and a sandbox here cannot have. It is refused: who asks for a limit and is
//! given a sandbox without it would rely on what is not there.

use crate::api_error::{ApiError, ApiResult};
use daytona_protocol::sandbox::CreateSandbox;
use serde_json::Value;

/// Whether nothing is asked for that is not to be had.
pub(super) fn possible(request: &CreateSandbox) -> ApiResult<()> {
    // What is blocked reaches none of them.
    let blocked = request.network_block_all == Some(true);
    let wishes = [
        (
            "networkAllowList",
            request.network_allow_list.as_ref().filter(|_| !blocked),
            "a sandbox here reaches the internet or, with networkBlockAll, nothing; leave the list out or block all",
        ),
        (
            "domainAllowList",
            request.domain_allow_list.as_ref(),
            "a sandbox here reaches the internet or, with networkBlockAll, nothing; leave the list out",
        ),
        (
            "outboundProxyUrl",
            request.outbound_proxy_url.as_ref(),
            "this server sends nothing through a proxy; leave it out, or set HTTP_PROXY and HTTPS_PROXY in env",
        ),
        (
            "otelEndpointOverride",
            request.otel_endpoint_override.as_ref(),
            "this server collects no telemetry of sandboxes; leave it out",
        ),
        ("gpuType", request.gpu_type.as_ref(), "this server has no GPUs to give; leave it out"),
        ("spot", request.spot.as_ref(), "it is about GPUs, and this server has none to give; leave it out"),
        (
            "autoPauseInterval",
            request.auto_pause_interval.as_ref(),
            "sandboxes here cannot be paused; leave it out and set autoStopInterval",
        ),
        (
            "ttlMinutes",
            request.ttl_minutes.as_ref(),
            "sandboxes here have no last hour; leave it out, set autoStopInterval and autoDeleteInterval, or delete \
             the sandbox yourself",
        ),
        (
            "linkedSandbox",
            request.linked_sandbox.as_ref(),
            "sandboxes here share no network with each other; leave it out",
        ),
        (
            "secrets",
            request.secrets.as_ref(),
            "this server keeps no secrets for sandboxes; leave them out and pass values in env",
        ),
    ];
    match wishes.into_iter().find(|(_, wish, _)| wish.is_some_and(asks)) {
        Some((field, _, why)) => Err(ApiError::bad_request(format!("{field}: {why}"))),
        None => Ok(()),
    }
}

/// Whether a value asks for anything. Clients write "nothing" in many ways.
fn asks(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(wanted) => *wanted,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}
