//! Rows of sandboxes: insert, claim, compare-and-set on the state, find.

use super::Db;
use super::idempotency::Idempotency;
use crate::clock;
use crate::lifecycle::State;
use sqlx::types::Json;
use sqlx::{Sqlite, Transaction};
use std::collections::BTreeMap;

/// What the database knows of one sandbox.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Sandbox {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    pub(crate) name: String,
    pub(crate) state: State,
    pub(crate) pool: bool,
    pub(crate) error_reason: Option<String>,
    pub(crate) snapshot: String,
    pub(crate) os_user: String,
    pub(crate) env: Json<BTreeMap<String, String>>,
    pub(crate) labels: Json<BTreeMap<String, String>>,
    pub(crate) public: bool,
    pub(crate) network_block_all: bool,
    pub(crate) target: String,
    pub(crate) cpu: u32,
    pub(crate) memory: u32,
    pub(crate) disk: u32,
    pub(crate) auto_stop_interval: i32,
    pub(crate) auto_archive_interval: i32,
    pub(crate) auto_delete_interval: i32,
    pub(crate) id_slot: u32,
    pub(crate) run: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) last_activity_at: i64,
    pub(crate) stopped_at: Option<i64>,
}

/// What a new sandbox is to be.
#[derive(Clone, Debug)]
pub(crate) struct NewSandbox {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    /// The id when none was given.
    pub(crate) name: Option<String>,
    pub(crate) pool: bool,
    pub(crate) snapshot: String,
    pub(crate) os_user: String,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) public: bool,
    pub(crate) network_block_all: bool,
    pub(crate) target: String,
    pub(crate) cpu: u32,
    pub(crate) memory: u32,
    pub(crate) disk: u32,
    pub(crate) auto_stop_interval: i32,
    pub(crate) auto_archive_interval: i32,
    pub(crate) auto_delete_interval: i32,
}

/// Why a row could not be written.
#[derive(Debug)]
pub(crate) enum Refused {
    /// A sandbox has that id (one being removed counts until it is gone).
    IdTaken,
    /// A sandbox of the organization has that name.
    NameTaken,
    /// Memory of all running sandboxes would pass the limit; the count of those that run.
    Memory(i64),
    /// No range of host ids is free.
    NoIdRange,
    /// The warm pool member is gone.
    NotInPool,
    /// The database failed.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// The ranges end below the last id of 32 bits, which means "no id".
const ID_SLOTS: u32 = 49_151;

impl Db {
    /// Writes a new row in state `creating`, checking id, name and memory in the same transaction.
    pub(crate) async fn insert_sandbox(
        &self,
        new: &NewSandbox,
        memory_gib: u32,
        idempotency: Option<&Idempotency>,
    ) -> Result<Sandbox, Refused> {
        let mut tx = self.writer.begin().await?;
        let name = new.name.as_deref().unwrap_or(&new.id);
        let taken: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sandboxes WHERE id = ?)")
            .bind(&new.id)
            .fetch_one(&mut *tx)
            .await?;
        if taken {
            return Err(Refused::IdTaken);
        }
        check_room(&mut tx, new, name, memory_gib).await?;
        // The lowest slot that is free: 0, or one above a slot in use.
        let slot: Option<u32> = sqlx::query_scalar(
            "SELECT MIN(slot) FROM (SELECT 0 AS slot UNION ALL SELECT id_slot + 1 FROM sandboxes)
             WHERE slot NOT IN (SELECT id_slot FROM sandboxes) AND slot < ?",
        )
        .bind(ID_SLOTS)
        .fetch_one(&mut *tx)
        .await?;
        let slot = slot.ok_or(Refused::NoIdRange)?;
        let now = clock::now();
        let row: Sandbox = sqlx::query_as(
            "INSERT INTO sandboxes (id, organization_id, name, state, pool, snapshot, os_user, env, labels,
                 public, network_block_all, target, cpu, memory, disk, auto_stop_interval,
                 auto_archive_interval, auto_delete_interval, id_slot, created_at, updated_at,
                 last_activity_at)
             VALUES (?1, ?2, ?3, 'creating', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18, ?19, ?19, ?19)
             RETURNING *",
        )
        .bind(&new.id)
        .bind(&new.organization_id)
        .bind(name)
        .bind(new.pool)
        .bind(&new.snapshot)
        .bind(&new.os_user)
        .bind(Json(&new.env))
        .bind(Json(&new.labels))
        .bind(new.public)
        .bind(new.network_block_all)
        .bind(&new.target)
        .bind(new.cpu)
        .bind(new.memory)
        .bind(new.disk)
        .bind(new.auto_stop_interval)
        .bind(new.auto_archive_interval)
        .bind(new.auto_delete_interval)
        .bind(slot)
        .bind(now)
        .fetch_one(&mut *tx)
        .await?;
        if let Some(idempotency) = idempotency {
            idempotency.record(&mut tx, &row.id).await?;
        }
        tx.commit().await?;
        Ok(row)
    }

    /// Turns a ready warm pool member into the sandbox `new` describes, under the member's id.
    pub(crate) async fn claim_sandbox(
        &self,
        id: &str,
        new: &NewSandbox,
        memory_gib: u32,
        idempotency: Option<&Idempotency>,
    ) -> Result<Sandbox, Refused> {
        let mut tx = self.writer.begin().await?;
        let name = new.name.as_deref().unwrap_or(id);
        check_room(&mut tx, new, name, memory_gib).await?;
        let row: Option<Sandbox> = sqlx::query_as(
            "UPDATE sandboxes SET pool = 0, organization_id = ?2, name = ?3, env = ?4, labels = ?5,
                 public = ?6, auto_stop_interval = ?7, auto_archive_interval = ?8,
                 auto_delete_interval = ?9, created_at = ?10, updated_at = ?10, last_activity_at = ?10
             WHERE id = ?1 AND pool = 1 AND state = 'started'
             RETURNING *",
        )
        .bind(id)
        .bind(&new.organization_id)
        .bind(name)
        .bind(Json(&new.env))
        .bind(Json(&new.labels))
        .bind(new.public)
        .bind(new.auto_stop_interval)
        .bind(new.auto_archive_interval)
        .bind(new.auto_delete_interval)
        .bind(clock::now())
        .fetch_optional(&mut *tx)
        .await?;
        let row = row.ok_or(Refused::NotInPool)?;
        if let Some(idempotency) = idempotency {
            idempotency.record(&mut tx, id).await?;
        }
        tx.commit().await?;
        Ok(row)
    }

    /// Moves a sandbox to `to` if it is in one of `from`; none when another operation was first.
    /// `reason` replaces the error reason; leaving `started` records when.
    pub(crate) async fn transition(
        &self,
        id: &str,
        from: &[State],
        to: State,
        reason: Option<&str>,
    ) -> sqlx::Result<Option<Sandbox>> {
        let from: Vec<&str> = from.iter().map(|state| state.as_str()).collect();
        sqlx::query_as(
            "UPDATE sandboxes SET state = ?2, error_reason = ?3, updated_at = ?4,
                 last_activity_at = MAX(last_activity_at, ?4),
                 stopped_at = CASE ?2 WHEN 'stopped' THEN ?4 WHEN 'started' THEN NULL ELSE stopped_at END
             WHERE id = ?1 AND state IN (SELECT value FROM json_each(?5))
             RETURNING *",
        )
        .bind(id)
        .bind(to)
        .bind(reason)
        .bind(clock::now())
        .bind(Json(from))
        .fetch_optional(&self.writer)
        .await
    }

    /// `started` to `stopping` because that run of it ended by itself.
    pub(crate) async fn run_ended(&self, id: &str, run: i64, reason: &str) -> sqlx::Result<Option<Sandbox>> {
        sqlx::query_as(
            "UPDATE sandboxes SET state = 'stopping', error_reason = ?3, updated_at = ?4
             WHERE id = ?1 AND run = ?2 AND state = 'started' RETURNING *",
        )
        .bind(id)
        .bind(run)
        .bind(reason)
        .bind(clock::now())
        .fetch_optional(&self.writer)
        .await
    }

    /// Memory of everything that runs, pool members included, in GiB.
    pub(crate) async fn memory_in_use(&self) -> sqlx::Result<i64> {
        sqlx::query_scalar(
            "SELECT COALESCE(SUM(memory), 0) FROM sandboxes
             WHERE state IN ('creating', 'started', 'starting', 'stopping')",
        )
        .fetch_one(&self.reader)
        .await
    }

    /// `stopped` to `starting`, if the memory for it is there.
    pub(crate) async fn begin_start(&self, id: &str, memory_gib: u32) -> Result<Option<Sandbox>, Refused> {
        let mut tx = self.writer.begin().await?;
        let row: Option<Sandbox> = sqlx::query_as(
            "UPDATE sandboxes SET state = 'starting', run = run + 1, error_reason = NULL, updated_at = ?2
             WHERE id = ?1 AND state = 'stopped' RETURNING *",
        )
        .bind(id)
        .bind(clock::now())
        .fetch_optional(&mut *tx)
        .await?;
        if row.is_some() {
            within(memory_of_users(&mut tx).await?, 0, memory_gib)?;
            tx.commit().await?;
        }
        Ok(row)
    }

    /// Forgets a sandbox: it is destroyed.
    pub(crate) async fn delete_sandbox(&self, id: &str) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM sandboxes WHERE id = ?").bind(id).execute(&self.writer).await?;
        Ok(())
    }

    /// Forgets a sandbox that never came to be, so that the request may be repeated under the same key.
    pub(crate) async fn roll_back_sandbox(&self, id: &str) -> sqlx::Result<()> {
        let mut tx = self.writer.begin().await?;
        sqlx::query("DELETE FROM idempotency_keys WHERE sandbox_id = ?").bind(id).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM sandboxes WHERE id = ?").bind(id).execute(&mut *tx).await?;
        tx.commit().await
    }

    /// By id, whoever owns it; pool members too. For the server's own work only.
    pub(crate) async fn sandbox(&self, id: &str) -> sqlx::Result<Option<Sandbox>> {
        sqlx::query_as("SELECT * FROM sandboxes WHERE id = ?").bind(id).fetch_optional(&self.reader).await
    }

    /// By id, then by name, among those the organization can see.
    pub(crate) async fn find_sandbox(
        &self,
        organization_id: &str,
        id_or_name: &str,
    ) -> sqlx::Result<Option<Sandbox>> {
        // A name is free while its former holder is being removed, so only the id leads to that one.
        sqlx::query_as(
            "SELECT * FROM sandboxes
             WHERE organization_id = ?1 AND pool = 0
               AND (id = ?2 OR (name = ?2 AND state <> 'destroying'))
             ORDER BY id = ?2 DESC LIMIT 1",
        )
        .bind(organization_id)
        .bind(id_or_name)
        .fetch_optional(&self.reader)
        .await
    }

    /// All rows, for reconciliation and the periodic checks.
    pub(crate) async fn all_sandboxes(&self) -> sqlx::Result<Vec<Sandbox>> {
        sqlx::query_as("SELECT * FROM sandboxes").fetch_all(&self.reader).await
    }

    /// Replaces the labels.
    pub(crate) async fn set_labels(
        &self,
        id: &str,
        labels: &BTreeMap<String, String>,
    ) -> sqlx::Result<Option<Sandbox>> {
        sqlx::query_as("UPDATE sandboxes SET labels = ?2, updated_at = ?3 WHERE id = ?1 RETURNING *")
            .bind(id)
            .bind(Json(labels))
            .bind(clock::now())
            .fetch_optional(&self.writer)
            .await
    }

    /// Makes its previews public or private.
    pub(crate) async fn set_public(&self, id: &str, public: bool) -> sqlx::Result<Option<Sandbox>> {
        sqlx::query_as("UPDATE sandboxes SET public = ?2, updated_at = ?3 WHERE id = ?1 RETURNING *")
            .bind(id)
            .bind(public)
            .bind(clock::now())
            .fetch_optional(&self.writer)
            .await
    }

    /// Sets one of the intervals, in minutes.
    pub(crate) async fn set_interval(
        &self,
        id: &str,
        interval: Interval,
        minutes: i32,
    ) -> sqlx::Result<Option<Sandbox>> {
        let statement = match interval {
            Interval::Stop => {
                "UPDATE sandboxes SET auto_stop_interval = ?2, updated_at = ?3 WHERE id = ?1 RETURNING *"
            }
            Interval::Archive => {
                "UPDATE sandboxes SET auto_archive_interval = ?2, updated_at = ?3 WHERE id = ?1 RETURNING *"
            }
            Interval::Delete => {
                "UPDATE sandboxes SET auto_delete_interval = ?2, updated_at = ?3 WHERE id = ?1 RETURNING *"
            }
        };
        sqlx::query_as(statement).bind(id).bind(minutes).bind(clock::now()).fetch_optional(&self.writer).await
    }

    /// Writes down when sandboxes were last used; never moves a time back.
    pub(crate) async fn record_activity(&self, seen: &[(String, i64)]) -> sqlx::Result<()> {
        let mut tx = self.writer.begin().await?;
        for (id, at) in seen {
            sqlx::query("UPDATE sandboxes SET last_activity_at = MAX(last_activity_at, ?2) WHERE id = ?1")
                .bind(id)
                .bind(at)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await
    }
}

/// Which interval of a sandbox.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Interval {
    /// Without activity until it is stopped.
    Stop,
    /// Stopped until it is archived.
    Archive,
    /// Stopped until it is deleted.
    Delete,
}

/// Whether the name is free and the memory is there. Pool members have no name of their own yet, and give way
/// to what users ask for: their memory counts only against each other.
async fn check_room(
    tx: &mut Transaction<'_, Sqlite>,
    new: &NewSandbox,
    name: &str,
    limit: u32,
) -> Result<(), Refused> {
    let (taken, used, running): (bool, i64, i64) = sqlx::query_as(
        "SELECT EXISTS (SELECT 1 FROM sandboxes
                    WHERE organization_id = ?1 AND name = ?2 AND state <> 'destroying' AND pool = 0),
                COALESCE(SUM(memory), 0), COUNT(*)
         FROM sandboxes
         WHERE state IN ('creating', 'started', 'starting', 'stopping') AND (pool = 0 OR ?3)",
    )
    .bind(&new.organization_id)
    .bind(name)
    .bind(new.pool)
    .fetch_one(&mut **tx)
    .await?;
    if taken && !new.pool {
        return Err(Refused::NameTaken);
    }
    within((used, running), new.memory, limit)
}

/// Memory of what runs for users, in GiB, and how many it is.
async fn memory_of_users(tx: &mut Transaction<'_, Sqlite>) -> sqlx::Result<(i64, i64)> {
    sqlx::query_as(
        "SELECT COALESCE(SUM(memory), 0), COUNT(*) FROM sandboxes
         WHERE state IN ('creating', 'started', 'starting', 'stopping') AND pool = 0",
    )
    .fetch_one(&mut **tx)
    .await
}

fn within((used, running): (i64, i64), more: u32, limit: u32) -> Result<(), Refused> {
    if used + i64::from(more) > i64::from(limit) { Err(Refused::Memory(running)) } else { Ok(()) }
}
