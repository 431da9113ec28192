//! `POST /init`: today's control plane sends each daemon a token for its telemetry. This toolbox has no
//! telemetry and keeps nothing of it; the answer is what such a control plane expects.

use crate::wire::JsonBody;
use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};

/// The body of `POST /init`.
#[derive(Deserialize)]
pub(crate) struct InitRequest {
    // Must be there, as published; its value is dropped at once.
    #[serde(rename = "token")]
    _token: String,
}

/// Accepts the token.
pub(crate) async fn init(JsonBody(_): JsonBody<InitRequest>) -> Json<Value> {
    Json(json!({"message": "Auth token set and telemetry initialized successfully"}))
}
