//! Which sandbox answers a repeated `POST /sandbox`: written in the transaction that makes the sandbox.

use super::Db;
use crate::clock;
use sqlx::{Sqlite, Transaction};

/// How long a key is remembered.
const REMEMBERED_MS: i64 = 24 * 60 * 60 * 1000;

/// The key of one create request, scoped to the API key that sent it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Idempotency {
    /// Who asked.
    pub(crate) api_key_id: String,
    /// What the client chose.
    pub(crate) key: String,
    /// SHA-256 of the request, so that a key reused for something else is noticed.
    pub(crate) request_hash: Vec<u8>,
}

impl Idempotency {
    /// Notes which sandbox this request made.
    pub(crate) async fn record(
        &self,
        tx: &mut Transaction<'_, Sqlite>,
        sandbox_id: &str,
    ) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO idempotency_keys (api_key_id, key, request_hash, sandbox_id, created_at)
             VALUES (?, ?, ?, ?, ?)",
        )
        .bind(&self.api_key_id)
        .bind(&self.key)
        .bind(&self.request_hash)
        .bind(sandbox_id)
        .bind(clock::now())
        .execute(&mut **tx)
        .await?;
        Ok(())
    }
}

impl Db {
    /// The request hash and sandbox id of the first request with this key.
    pub(crate) async fn idempotent(&self, wanted: &Idempotency) -> sqlx::Result<Option<(Vec<u8>, String)>> {
        sqlx::query_as(
            "SELECT request_hash, sandbox_id FROM idempotency_keys WHERE api_key_id = ? AND key = ?",
        )
        .bind(&wanted.api_key_id)
        .bind(&wanted.key)
        .fetch_optional(&self.reader)
        .await
    }

    /// Forgets keys that are too old to be repeated.
    pub(crate) async fn purge_idempotency(&self) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM idempotency_keys WHERE created_at < ?")
            .bind(clock::now() - REMEMBERED_MS)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
