//! Arguments coming from JavaScript: read through serde, checked once, refused with a path and a reason.
//!
//! Plain N-API conversions coerce (`1.5` becomes the integer 1, unknown fields vanish) and report in terms of
//! Rust types. Here a wrong argument is a validation error which names the field.

use crate::error;
use daytona_core::{CodeRunParams, ConfigOptions, CreateParams, Resources, Timeout};
use daytona_protocol::sandbox::SandboxVolume;
use napi::bindgen_prelude::{FromNapiValue, Object, Unknown};
use napi::{De, JsValue, Result, sys};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// An argument of any type serde can read.
pub struct Js<T>(pub T);

impl<T: DeserializeOwned> FromNapiValue for Js<T> {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        // SAFETY: `env` and `value` are the pair N-API handed to this call, as the caller promises.
        let unknown = unsafe { Unknown::from_napi_value(env, value) }?;
        // `De` looks the type up itself; `Object` is only the handle it can be made from.
        let handle = Object::from_raw(env, unknown.raw());
        serde_path_to_error::deserialize(&mut De::new(&handle)).map(Js).map_err(|refusal| {
            let path = refusal.path().to_string();
            let reason = without_text(&refusal.inner().reason);
            // serde_path_to_error writes "." for the argument itself.
            error::invalid(&if path == "." { reason } else { format!("{path}: {reason}") })
        })
    }
}

/// serde quotes a text it did not expect, and `new Daytona("my-api-key")` would put a secret into the error.
fn without_text(reason: &str) -> String {
    const QUOTED: &str = "invalid type: string";
    match (reason.strip_prefix(QUOTED), reason.rfind(", expected ")) {
        (Some(_), Some(end)) => format!("{QUOTED}{}", &reason[end..]),
        _ => reason.to_owned(),
    }
}

/// Seconds as JavaScript gives them: `undefined`, `null` and 0 mean no limit.
pub(crate) fn timeout(seconds: Js<Option<f64>>) -> Result<Timeout> {
    Timeout::from_seconds(seconds.0).map_err(|refused| error::to_js(&refused))
}

/// The `DaytonaConfig` of the public API.
#[derive(Default, Deserialize)]
#[serde(expecting = "a DaytonaConfig", rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Config {
    api_key: Option<String>,
    api_url: Option<String>,
    target: Option<String>,
    jwt_token: Option<String>,
    organization_id: Option<String>,
    server_url: Option<String>,
}

impl From<Config> for ConfigOptions {
    fn from(config: Config) -> Self {
        Self {
            api_key: config.api_key,
            api_url: config.api_url,
            target: config.target,
            jwt_token: config.jwt_token,
            organization_id: config.organization_id,
            server_url: config.server_url,
        }
    }
}

/// The `CreateSandboxParams` of the public API. Its `async` and `timeout` never come this far: they say how
/// to wait, not what to create, and the TypeScript half has read them.
#[derive(Default, Deserialize)]
#[serde(expecting = "CreateSandboxParams", rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Create {
    language: Option<String>,
    id: Option<String>,
    name: Option<String>,
    image: Option<String>,
    user: Option<String>,
    env_vars: Option<BTreeMap<String, String>>,
    labels: Option<BTreeMap<String, String>>,
    public: Option<bool>,
    target: Option<String>,
    resources: Option<CreateResources>,
    auto_stop_interval: Option<i32>,
    volumes: Option<Vec<SandboxVolume>>,
}

#[derive(Default, Deserialize)]
#[serde(expecting = "SandboxResources", rename_all = "camelCase", deny_unknown_fields, default)]
struct CreateResources {
    cpu: Option<u32>,
    memory: Option<u32>,
    disk: Option<u32>,
    gpu: Option<u32>,
}

impl From<Create> for CreateParams {
    fn from(create: Create) -> Self {
        Self {
            language: create.language,
            id: create.id,
            name: create.name,
            image: create.image,
            os_user: create.user,
            env_vars: create.env_vars,
            labels: create.labels,
            public: create.public,
            target: create.target,
            resources: create.resources.map(|it| Resources {
                cpu: it.cpu,
                memory: it.memory,
                disk: it.disk,
                gpu: it.gpu,
            }),
            auto_stop_interval: create.auto_stop_interval,
            volumes: create.volumes,
        }
    }
}

/// The `CodeRunParams` of the public API.
#[derive(Default, Deserialize)]
#[serde(expecting = "CodeRunParams", rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CodeRun {
    argv: Option<Vec<String>>,
    env: Option<BTreeMap<String, String>>,
}

impl From<CodeRun> for CodeRunParams {
    fn from(params: CodeRun) -> Self {
        Self { argv: params.argv, env: params.env }
    }
}

#[cfg(test)]
mod tests {
    use super::without_text;

    #[test]
    fn a_text_in_the_wrong_place_is_not_repeated() {
        let reason = r#"invalid type: string "my, expected key", expected a DaytonaConfig"#;
        assert_eq!(without_text(reason), "invalid type: string, expected a DaytonaConfig");
        let reason = "invalid type: integer `5`, expected a string";
        assert_eq!(without_text(reason), reason);
    }
}
