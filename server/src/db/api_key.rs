//! API keys: only their hashes are kept.

use super::Db;
use crate::clock;
use sqlx::types::Json;

/// What the database knows of one API key.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    pub(crate) name: String,
    pub(crate) hash: Vec<u8>,
    pub(crate) masked: String,
    pub(crate) permissions: Json<Vec<String>>,
    pub(crate) created_at: i64,
    pub(crate) last_used_at: Option<i64>,
    pub(crate) expires_at: Option<i64>,
}

impl Db {
    /// The key with that hash, unless it has expired.
    pub(crate) async fn api_key_by_hash(&self, hash: &[u8]) -> sqlx::Result<Option<ApiKey>> {
        sqlx::query_as("SELECT * FROM api_keys WHERE hash = ?1 AND (expires_at IS NULL OR expires_at > ?2)")
            .bind(hash)
            .bind(clock::now())
            .fetch_optional(&self.reader)
            .await
    }

    /// All keys of an organization, oldest first.
    pub(crate) async fn api_keys(&self, organization_id: &str) -> sqlx::Result<Vec<ApiKey>> {
        sqlx::query_as("SELECT * FROM api_keys WHERE organization_id = ? ORDER BY created_at, name")
            .bind(organization_id)
            .fetch_all(&self.reader)
            .await
    }

    /// One key of an organization.
    pub(crate) async fn api_key(&self, organization_id: &str, name: &str) -> sqlx::Result<Option<ApiKey>> {
        sqlx::query_as("SELECT * FROM api_keys WHERE organization_id = ? AND name = ?")
            .bind(organization_id)
            .bind(name)
            .fetch_optional(&self.reader)
            .await
    }

    /// Writes a key; false when the organization has one of that name.
    pub(crate) async fn insert_api_key(&self, key: &ApiKey) -> sqlx::Result<bool> {
        let done = sqlx::query(
            "INSERT INTO api_keys (id, organization_id, name, hash, masked, permissions, created_at, expires_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (organization_id, name) DO NOTHING",
        )
        .bind(&key.id)
        .bind(&key.organization_id)
        .bind(&key.name)
        .bind(&key.hash)
        .bind(&key.masked)
        .bind(&key.permissions)
        .bind(key.created_at)
        .bind(key.expires_at)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Revokes a key; its hash when there was one.
    pub(crate) async fn delete_api_key(
        &self,
        organization_id: &str,
        name: &str,
    ) -> sqlx::Result<Option<Vec<u8>>> {
        sqlx::query_scalar("DELETE FROM api_keys WHERE organization_id = ? AND name = ? RETURNING hash")
            .bind(organization_id)
            .bind(name)
            .fetch_optional(&self.writer)
            .await
    }

    /// Writes down when keys were last used.
    pub(crate) async fn record_key_use(&self, seen: &[(String, i64)]) -> sqlx::Result<()> {
        let mut tx = self.writer.begin().await?;
        for (id, at) in seen {
            sqlx::query(
                "UPDATE api_keys SET last_used_at = MAX(COALESCE(last_used_at, 0), ?2) WHERE id = ?1",
            )
            .bind(id)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await
    }
}
