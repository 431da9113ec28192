//! The control plane's state: SQLite, one writer, a few readers.
//!
//! What must stay true: a change is committed (WAL, synchronous=FULL) before anyone is told of it, and a
//! database this version does not know is refused, never altered.

pub(crate) mod api_key;
pub(crate) mod idempotency;
pub(crate) mod list;
pub(crate) mod preview;
pub(crate) mod sandbox;

use crate::error::{Error, Result};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::{Path, PathBuf};
use std::time::Duration;

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Db {
    /// The only connection that writes: transactions on it are serial, so a check and the write that
    /// depends on it cannot be split by another request.
    writer: SqlitePool,
    reader: SqlitePool,
}

impl Db {
    /// Opens the database, making or upgrading it when needed.
    pub(crate) async fn open(path: &Path) -> Result<Self> {
        let failed = |source| Error::Database { path: path.to_owned(), source };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let writer = pool(1).connect_with(options.clone()).await.map_err(failed)?;
        migrate(&writer, path).await?;
        let reader = pool(4).connect_with(options.read_only(true)).await.map_err(failed)?;
        Ok(Self { writer, reader })
    }

    /// Whether it answers.
    pub(crate) async fn ping(&self) -> sqlx::Result<()> {
        sqlx::query("SELECT 1").execute(&self.reader).await.map(drop)
    }

    /// No page more than the few the database has now.
    #[cfg(test)]
    pub(crate) async fn pretend_disk_is_full(&self) -> sqlx::Result<()> {
        let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&self.writer).await?;
        let limit = format!("PRAGMA max_page_count = {}", pages + 2);
        sqlx::query(sqlx::AssertSqlSafe(limit)).execute(&self.writer).await.map(drop)
    }

    /// Closes all connections; the WAL is folded back into the database.
    pub(crate) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// A connection lives as long as the server: opening one costs more than any query.
fn pool(size: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(size)
        .min_connections(size)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

async fn migrate(writer: &SqlitePool, path: &Path) -> Result<()> {
    let path: PathBuf = path.to_owned();
    match MIGRATOR.run(writer).await {
        Ok(()) => Ok(()),
        Err(MigrateError::Execute(source)) => Err(Error::Database { path, source }),
        Err(MigrateError::ExecuteMigration(source, _)) => Err(Error::Database { path, source }),
        Err(error) => Err(Error::UnknownSchema { path, reason: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_of_a_newer_version_is_refused_and_kept() {
        let dir = tempfile::tempdir().expect("tempdir");
        let path = dir.path().join("daytona.db");
        let db = Db::open(&path).await.expect("opens");
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'from the future', 1, x'00', 0)",
        )
        .execute(&db.writer)
        .await
        .expect("writes");
        db.close().await;
        let before = std::fs::read(&path).expect("reads");
        let error = Db::open(&path).await.expect_err("refused");
        assert!(matches!(error, Error::UnknownSchema { .. }), "{error}");
        assert_eq!(std::fs::read(&path).expect("reads"), before);
    }

    #[tokio::test]
    async fn commits_reach_the_disk_before_they_are_reported() {
        let dir = tempfile::tempdir().expect("tempdir");
        let db = Db::open(&dir.path().join("daytona.db")).await.expect("opens");
        let mode: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&db.writer).await.expect("asks");
        let synchronous: i64 =
            sqlx::query_scalar("PRAGMA synchronous").fetch_one(&db.writer).await.expect("asks");
        let keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&db.writer).await.expect("asks");
        assert_eq!((mode.as_str(), synchronous, keys), ("wal", 2, 1));
    }
}
