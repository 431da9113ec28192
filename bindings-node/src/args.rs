//! Arguments coming from JavaScript: read through serde, checked once, refused with a path and a reason.
//!
//! Plain N-API conversions coerce (`1.5` becomes the integer 1, unknown fields vanish) and report in terms of
//! Rust types. Here a wrong argument is a validation error which names the field.

use crate::error;
use daytona_core::{
    CodeRunParams, ConfigOptions, CreateParams, FilePermissions, GitClone as CoreGitClone,
    GitTransfer as CoreGitTransfer, Position, Resources, SandboxVolume, SessionExecuteRequest, Timeout,
};
use napi::bindgen_prelude::{FromNapiValue, Object, Unknown};
use napi::{De, JsValue, Result, sys};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
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

/// A text that no error may repeat, whatever was given in its place: `password: 1234` is a password too.
struct Secret(String);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)
            .map(Self)
            .map_err(|_| D::Error::custom("expected a string (what was given is not shown)"))
    }
}

fn reveal(secret: Option<Secret>) -> Option<String> {
    secret.map(|secret| secret.0)
}

/// Seconds as JavaScript gives them: `undefined`, `null` and 0 mean no limit.
pub(crate) fn timeout(seconds: Js<Option<f64>>) -> Result<Timeout> {
    Timeout::from_seconds(seconds.0).map_err(|refused| error::to_js(&refused))
}

/// The `DaytonaConfig` of the public API.
#[derive(Default, Deserialize)]
#[serde(expecting = "a DaytonaConfig", rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Config {
    api_key: Option<Secret>,
    api_url: Option<String>,
    target: Option<String>,
    jwt_token: Option<Secret>,
    organization_id: Option<String>,
    server_url: Option<String>,
}

impl From<Config> for ConfigOptions {
    fn from(config: Config) -> Self {
        Self {
            api_key: reveal(config.api_key),
            api_url: config.api_url,
            target: config.target,
            jwt_token: reveal(config.jwt_token),
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
    volumes: Option<Vec<CreateVolume>>,
}

#[derive(Deserialize)]
#[serde(expecting = "a SandboxVolume", rename_all = "camelCase", deny_unknown_fields)]
struct CreateVolume {
    volume_id: String,
    mount_path: String,
    subpath: Option<String>,
}

impl From<CreateVolume> for SandboxVolume {
    fn from(volume: CreateVolume) -> Self {
        Self { volume_id: volume.volume_id, mount_path: volume.mount_path, subpath: volume.subpath }
    }
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
            volumes: create.volumes.map(|volumes| volumes.into_iter().map(Into::into).collect()),
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

/// The `SessionExecuteRequest` of the public API; `async` is the documents' name of `runAsync`.
#[derive(Deserialize)]
#[serde(expecting = "a SessionExecuteRequest", rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionExecute {
    command: String,
    run_async: Option<bool>,
    r#async: Option<bool>,
}

impl From<SessionExecute> for SessionExecuteRequest {
    fn from(request: SessionExecute) -> Self {
        let run_async = request.run_async.or(request.r#async).unwrap_or_default();
        Self { command: request.command, run_async }
    }
}

/// The `FilePermissionsParams` of the public API.
#[derive(Deserialize)]
#[serde(expecting = "FilePermissionsParams", deny_unknown_fields)]
pub struct Permissions {
    mode: Option<String>,
    owner: Option<String>,
    group: Option<String>,
}

impl From<Permissions> for FilePermissions {
    fn from(permissions: Permissions) -> Self {
        Self { mode: permissions.mode, owner: permissions.owner, group: permissions.group }
    }
}

/// What to clone, and where to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitClone {
    url: String,
    path: String,
    branch: Option<String>,
    commit_id: Option<String>,
    username: Option<String>,
    password: Option<Secret>,
}

impl From<GitClone> for CoreGitClone {
    fn from(clone: GitClone) -> Self {
        Self {
            url: clone.url,
            path: clone.path,
            branch: clone.branch,
            commit_id: clone.commit_id,
            username: clone.username,
            password: reveal(clone.password),
        }
    }
}

/// The `GitTransferParams` of the public API: where to push to or pull from, and as whom.
#[derive(Deserialize)]
#[serde(expecting = "GitTransferParams", deny_unknown_fields)]
pub struct GitTransfer {
    remote: Option<String>,
    branch: Option<String>,
    username: Option<String>,
    password: Option<Secret>,
}

impl From<GitTransfer> for CoreGitTransfer {
    fn from(transfer: GitTransfer) -> Self {
        Self {
            username: transfer.username,
            password: reveal(transfer.password),
            remote: transfer.remote,
            branch: transfer.branch,
        }
    }
}

/// The `Position` of the public API.
#[derive(Deserialize)]
#[serde(expecting = "a Position", deny_unknown_fields)]
pub struct LspPosition {
    line: u32,
    character: u32,
}

impl From<LspPosition> for Position {
    fn from(position: LspPosition) -> Self {
        Self { line: position.line, character: position.character }
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
