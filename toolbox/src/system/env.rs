//! `POST /env`: changes the environment of processes started later. Running ones keep theirs.

use crate::error::ApiError;
use crate::process::check_env;
use crate::state::App;
use crate::wire::JsonBody;
use axum::Json;
use axum::extract::State;
use daytona_protocol::system::UpdateEnvRequest;
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

/// Removes by prefix of the value, then by name, then sets; all or, when a name is wrong, nothing.
pub(crate) async fn env(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<UpdateEnvRequest>,
) -> Result<Json<Value>, ApiError> {
    check_env(&request.set)?;
    let mut env = app.env();
    if let Some(prefix) = request.unset_value_prefix.as_deref().filter(|prefix| !prefix.is_empty()) {
        let kept = |key: &OsStr| key.to_str().is_some_and(|key| request.set.contains_key(key));
        env.retain(|key, value| kept(key) || !value.as_bytes().starts_with(prefix.as_bytes()));
    }
    for key in &request.unset {
        env.remove(OsStr::new(key));
    }
    env.extend(request.set.into_iter().map(|(key, value)| (key.into(), value.into())));
    Ok(Json(json!({"message": "Environment updated"})))
}
