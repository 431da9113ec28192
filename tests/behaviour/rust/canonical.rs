//! Between a scenario's data and the core's values: arguments in, results out.

use crate::Outcome;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use daytona_core::{CreateParams, ExecuteResponse, FileInfo, LspServer, Resources, Sandbox, Timeout};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// What calls that wait for a sandbox take at most in both languages, unless they are told.
const DEFAULT_TIMEOUT: Timeout = Timeout::after(Duration::from_secs(60));

/// What a step saved, to call it again.
pub(crate) enum Handle {
    None,
    Sandbox(Sandbox),
    Lsp(LspServer),
    Response(ExecuteResponse),
}

/// The arguments of a call, by name.
pub(crate) struct Args<'a>(pub(crate) &'a Value);

impl Args<'_> {
    /// A text; empty when it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.optional(name).unwrap_or_default()
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.0[name].as_str()
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.optional(name).map(str::to_owned)
    }

    /// A value of any type that JSON can say.
    pub(crate) fn get<T: serde::de::DeserializeOwned>(&self, name: &str) -> Outcome<T> {
        Ok(serde_json::from_value(self.0[name].clone())?)
    }

    /// The timeout, else none.
    pub(crate) fn timeout(&self) -> Outcome<Timeout> {
        Ok(Timeout::from_seconds(self.0["timeout"].as_f64())?)
    }

    /// The timeout, else what waiting for a sandbox takes at most.
    pub(crate) fn wait(&self) -> Outcome<Timeout> {
        if self.0["timeout"].is_null() { Ok(DEFAULT_TIMEOUT) } else { self.timeout() }
    }

    /// What a new sandbox should be.
    pub(crate) fn create_params(&self) -> Outcome<CreateParams> {
        let Value::Object(params) = &self.0["params"] else { return Ok(CreateParams::default()) };
        let params = Value::Object(params.clone());
        let params = Args(&params);
        let resources: BTreeMap<String, u32> = params.get::<Option<_>>("resources")?.unwrap_or_default();
        Ok(CreateParams {
            language: params.owned("language"),
            id: params.owned("id"),
            name: params.owned("name"),
            image: params.owned("image"),
            os_user: params.owned("os_user"),
            env_vars: params.get("env_vars")?,
            labels: params.get("labels")?,
            public: params.get("public")?,
            target: params.owned("target"),
            resources: (!resources.is_empty()).then(|| Resources {
                cpu: resources.get("cpu").copied(),
                memory: resources.get("memory").copied(),
                disk: resources.get("disk").copied(),
                gpu: resources.get("gpu").copied(),
            }),
            auto_stop_interval: params.get("auto_stop_interval")?,
            volumes: None,
        })
    }
}

/// What a file shall hold: text, or bytes that no text can say.
pub(crate) fn content(value: &Value) -> Outcome<Vec<u8>> {
    match value["$base64"].as_str() {
        Some(encoded) => Ok(STANDARD.decode(encoded)?),
        None => Ok(value.as_str().unwrap_or_default().as_bytes().to_vec()),
    }
}

/// Bytes as text, or as the bytes that no text can say.
pub(crate) fn bytes(content: &[u8]) -> Value {
    match std::str::from_utf8(content) {
        Ok(text) => text.into(),
        Err(_) => json!({ "$base64": STANDARD.encode(content) }),
    }
}

/// What is known of a sandbox, in the fields of both languages.
pub(crate) fn sandbox(sandbox: &Sandbox) -> Value {
    let data = sandbox.data();
    json!({
        "id": data.id,
        "name": data.name,
        "image": data.snapshot,
        "user": data.user,
        "env": data.env,
        "labels": data.labels,
        "public": data.public,
        "target": data.target,
        "cpu": data.cpu,
        "gpu": data.gpu,
        "memory": data.memory,
        "disk": data.disk,
        "state": data.state.map(|state| state.as_str().to_owned()),
        "error_reason": data.error_reason,
        "auto_stop_interval": data.auto_stop_interval,
    })
}

/// The outcome of a process.
pub(crate) fn response(response: &ExecuteResponse) -> Value {
    json!({
        "exit_code": response.exit_code,
        "result": response.result,
        "stdout": response.stdout,
        "stderr": response.stderr,
        "artifacts": { "stdout": response.stdout, "charts": response.charts },
    })
}

/// A value of the wire, with the names of both languages: snake case.
pub(crate) fn wire(value: &impl Serialize) -> Outcome<Value> {
    Ok(snake(serde_json::to_value(value)?))
}

fn snake(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(snake).collect(),
        Value::Object(table) => Value::Object(
            table.into_iter().map(|(name, item)| (snake_name(&name), snake(item))).collect::<Map<_, _>>(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn snake_name(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

/// What is known of a file.
pub(crate) fn file(file: &FileInfo) -> Value {
    json!({
        "name": file.name,
        "is_dir": file.is_dir,
        "size": file.size,
        "mod_time": file.mod_time,
        "mode": file.mode,
        "permissions": file.permissions,
        "owner": file.owner,
        "group": file.group,
    })
}
