//! `POST /files/permissions`: mode, owner and group of a file or folder, each when given.

use super::emit::blocking;
use super::path::{mode, resolve};
use crate::error::ApiError;
use crate::state::App;
use crate::wire::Params;
use axum::extract::State;
use axum::http::StatusCode;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::sync::Arc;

/// Sets them. What is wrong is found before anything is changed.
pub(crate) async fn permissions(State(app): State<Arc<App>>, params: Params) -> Result<StatusCode, ApiError> {
    let path = resolve(&app, params.required("path")?)?;
    let given = |name| params.get(name).filter(|value: &&str| !value.is_empty()).map(str::to_owned);
    let bits = given("mode").as_deref().map(mode).transpose()?;
    let (owner, group) = (given("owner"), given("group"));
    blocking(move || {
        let failed = |error| ApiError::file("change permissions of", &path, &error);
        fs::metadata(&path).map_err(failed)?;
        let owner = owner.map(|name| id(&name, "user", "/etc/passwd")).transpose()?;
        let group = group.map(|name| id(&name, "group", "/etc/group")).transpose()?;
        if owner.is_some() || group.is_some() {
            chown(&path, owner, group).map_err(failed)?;
        }
        // After chown, which takes set-id bits away.
        if let Some(bits) = bits {
            fs::set_permissions(&path, Permissions::from_mode(bits)).map_err(failed)?;
        }
        Ok(StatusCode::OK)
    })
    .await
}

/// The number of a user or group. Read by hand, as in `state`: names come first, since one may be all digits.
fn id(name: &str, kind: &str, table: &str) -> Result<u32, ApiError> {
    let table = fs::read(table).unwrap_or_default();
    let named = table.split(|byte| *byte == b'\n').find_map(|line| {
        let mut fields = line.split(|byte| *byte == b':');
        let found = fields.next()? == name.as_bytes();
        let number = found.then(|| fields.nth(1))??;
        std::str::from_utf8(number).ok()?.parse().ok()
    });
    // The largest number means "leave as it is" to the kernel.
    let number = || name.parse().ok().filter(|id| *id != u32::MAX);
    named.or_else(number).ok_or_else(|| ApiError::bad_request(format!("unknown {kind} '{name}'")))
}
