//! API keys: making them, checking them, what they permit.

mod cache;
pub(crate) mod key;
mod local;

pub(crate) use cache::KeyCache;
pub(crate) use local::ensure_local_key;
pub(crate) use local::{KEY_FILE, LOCAL_KEY_NAME};

use crate::api_error::ApiError;
use axum::extract::FromRequestParts;
use http::request::Parts;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// The one organization of a local server. Every query is scoped to a key's organization all the same.
pub(crate) const LOCAL_ORGANIZATION: &str = "00000000-0000-4000-8000-000000000001";

/// What a key may be allowed to do beyond reading, as the published API names it.
pub(crate) const PERMISSIONS: [&str; 21] = [
    "write:registries",
    "delete:registries",
    "write:snapshots",
    "delete:snapshots",
    "write:sandboxes",
    "delete:sandboxes",
    "read:volumes",
    "write:volumes",
    "delete:volumes",
    "write:regions",
    "delete:regions",
    "read:runners",
    "write:runners",
    "delete:runners",
    "read:audit_logs",
    "manage:api_keys",
    "manage:secrets",
    "read:limits",
    "manage:sso",
    "read:billing",
    "manage:billing",
];

/// A permission a route may ask for.
pub(crate) trait Permission: Send {
    /// The name a key holds it by.
    const NAME: &'static str;
}

/// Creating and changing sandboxes, and everything done inside one.
#[derive(Debug)]
pub(crate) struct WriteSandboxes;

impl Permission for WriteSandboxes {
    const NAME: &'static str = "write:sandboxes";
}

/// Removing sandboxes.
#[derive(Debug)]
pub(crate) struct DeleteSandboxes;

impl Permission for DeleteSandboxes {
    const NAME: &'static str = "delete:sandboxes";
}

/// Creating, listing and revoking keys.
#[derive(Debug)]
pub(crate) struct ManageApiKeys;

impl Permission for ManageApiKeys {
    const NAME: &'static str = "manage:api_keys";
}

/// Who sends a request: an API key that was checked.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    pub(crate) key_id: Arc<str>,
    pub(crate) key_name: Arc<str>,
    pub(crate) organization_id: Arc<str>,
    permissions: Arc<[String]>,
}

impl Principal {
    /// Whoever holds the token of a sandbox's toolbox. Only the route of that very toolbox is to see it.
    pub(crate) fn of_toolbox(organization_id: String) -> Self {
        const NAME: &str = "toolbox token";
        Self {
            key_id: NAME.into(),
            key_name: NAME.into(),
            organization_id: organization_id.into(),
            permissions: [WriteSandboxes::NAME.to_owned()].into(),
        }
    }

    /// Whether the key has the permission.
    pub(crate) fn may(&self, permission: &str) -> bool {
        self.permissions.iter().any(|held| held == permission)
    }
}

impl<S: Sync> FromRequestParts<S> for Principal {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        // Put there by `middleware::auth`; a route outside of it has no principal and must not ask for one.
        parts.extensions.get::<Self>().cloned().ok_or_else(ApiError::invalid_credentials)
    }
}

/// A caller whose key has a permission. As a handler's parameter it is checked before the request's body is
/// looked at, so that what a body is told about is told to those only who may send it.
#[derive(Debug)]
pub(crate) struct Allowed<P>(Principal, PhantomData<P>);

impl<P> Deref for Allowed<P> {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.0
    }
}

impl<S: Sync, P: Permission> FromRequestParts<S> for Allowed<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let principal = Principal::from_request_parts(parts, state).await?;
        if principal.may(P::NAME) {
            Ok(Self(principal, PhantomData))
        } else {
            Err(ApiError::forbidden("Access denied"))
        }
    }
}
