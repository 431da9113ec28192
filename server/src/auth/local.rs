//! The key of the local target: in `api-key` (0600) for clients on this machine, its hash in the database.

use super::key::Key;
use super::{LOCAL_ORGANIZATION, PERMISSIONS};
use crate::clock;
use crate::data_dir::DataDir;
use crate::db::Db;
use crate::db::api_key::ApiKey;
use crate::error::{Error, Result};
use sqlx::types::Json;

/// The name the local target's key goes by.
pub(crate) const LOCAL_KEY_NAME: &str = "local";
/// Where it lies in the data folder.
pub(crate) const KEY_FILE: &str = "api-key";

/// Makes file and database agree: a key in the file that the database does not know is entered there; without
/// a usable file both are made anew.
pub(crate) async fn ensure_local_key(data: &DataDir, db: &Db) -> Result<()> {
    let database = |source| Error::Database { path: data.join("daytona.db"), source };
    let path = data.join(KEY_FILE);
    let (key, write) = match std::fs::read_to_string(&path).ok().and_then(|text| Key::parse(text.trim())) {
        Some(key) => (key, false),
        None => {
            let key = Key::generate().map_err(|error| Error::File {
                what: "no random bytes for the key",
                path: path.clone(),
                source: std::io::Error::other(error),
            })?;
            (key, true)
        }
    };
    if db.api_key_by_hash(&key.hash()).await.map_err(database)?.is_none() {
        db.delete_api_key(LOCAL_ORGANIZATION, LOCAL_KEY_NAME).await.map_err(database)?;
        db.insert_api_key(&ApiKey {
            id: uuid::Uuid::new_v4().to_string(),
            organization_id: LOCAL_ORGANIZATION.to_owned(),
            name: LOCAL_KEY_NAME.to_owned(),
            hash: key.hash().to_vec(),
            masked: key.masked(),
            permissions: Json(PERMISSIONS.map(str::to_owned).to_vec()),
            created_at: clock::now(),
            last_used_at: None,
            expires_at: None,
        })
        .await
        .map_err(database)?;
    }
    if write {
        data.write_private(KEY_FILE, key.reveal().as_bytes())?;
    } else {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(|source| {
            Error::File { what: "cannot close the key file to others", path: path.clone(), source }
        })?;
    }
    Ok(())
}
