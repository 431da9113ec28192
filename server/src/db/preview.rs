//! Rows of previews: which loopback address serves which port, and which signed links were ended.

use super::Db;
use crate::clock;

/// A port of a sandbox and the loopback address that serves it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Preview {
    pub(crate) sandbox_id: String,
    pub(crate) port: u16,
    pub(crate) address: u32,
}

impl Db {
    /// All previews of sandboxes that are not being removed.
    pub(crate) async fn all_previews(&self) -> sqlx::Result<Vec<Preview>> {
        sqlx::query_as(
            "SELECT sandbox_id, port, address FROM previews
             JOIN sandboxes ON sandboxes.id = sandbox_id AND state <> 'destroying'",
        )
        .fetch_all(&self.reader)
        .await
    }

    /// The address of a preview: the one it has, else `wanted` if that is free. None for a sandbox that is not
    /// there yet, or not for long: nobody would give its address back.
    pub(crate) async fn preview_address(
        &self,
        sandbox_id: &str,
        port: u16,
        wanted: u32,
    ) -> sqlx::Result<Option<u32>> {
        let mut tx = self.writer.begin().await?;
        sqlx::query(
            "INSERT INTO previews (sandbox_id, port, address)
             SELECT id, ?2, ?3 FROM sandboxes WHERE id = ?1 AND state NOT IN ('creating', 'destroying')
             ON CONFLICT DO NOTHING",
        )
        .bind(sandbox_id)
        .bind(port)
        .bind(wanted)
        .execute(&mut *tx)
        .await?;
        let address = sqlx::query_scalar(
            "SELECT address FROM previews JOIN sandboxes ON sandboxes.id = sandbox_id
             WHERE sandbox_id = ? AND port = ? AND state NOT IN ('creating', 'destroying')",
        )
        .bind(sandbox_id)
        .bind(port)
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(address)
    }

    /// Ends a signed link before its time.
    pub(crate) async fn end_signed_preview(
        &self,
        sandbox_id: &str,
        token_hash: &[u8],
        expires_at: i64,
    ) -> sqlx::Result<()> {
        let mut tx = self.writer.begin().await?;
        sqlx::query("DELETE FROM ended_signed_previews WHERE expires_at < ?")
            .bind(clock::now())
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO ended_signed_previews VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(sandbox_id)
            .bind(token_hash)
            .bind(expires_at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// Whether a signed link was ended before its time.
    pub(crate) async fn is_ended(&self, sandbox_id: &str, token_hash: &[u8]) -> sqlx::Result<bool> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM ended_signed_previews WHERE sandbox_id = ? AND token_hash = ?)",
        )
        .bind(sandbox_id)
        .bind(token_hash)
        .fetch_one(&self.reader)
        .await
    }
}
