//! Lists of sandboxes: filters, order, and pages by cursor or by number.
//!
//! The statement is put together from fixed pieces; what comes from a client is only ever bound.

use super::Db;
use super::sandbox::Sandbox;
use sqlx::types::Json;
use sqlx::{QueryBuilder, Sqlite};
use std::collections::BTreeMap;

/// What a list is sorted by. The id breaks ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortBy {
    Id,
    Name,
    State,
    Snapshot,
    Region,
    Cpu,
    Memory,
    Disk,
    UpdatedAt,
    CreatedAt,
    LastActivityAt,
}

impl SortBy {
    /// The name on the wire.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "id" => Self::Id,
            "name" => Self::Name,
            "state" => Self::State,
            "snapshot" => Self::Snapshot,
            "region" => Self::Region,
            "cpu" => Self::Cpu,
            "memoryGib" => Self::Memory,
            "diskGib" => Self::Disk,
            "updatedAt" => Self::UpdatedAt,
            "createdAt" => Self::CreatedAt,
            "lastActivityAt" | "lastEventAt" => Self::LastActivityAt,
            _ => return None,
        })
    }

    /// As text in all cases, so that a cursor is one kind of value; numbers are padded to sort as such.
    const fn expression(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::State => "state",
            Self::Snapshot => "snapshot",
            Self::Region => "target",
            Self::Cpu => "printf('%020d', cpu)",
            Self::Memory => "printf('%020d', memory)",
            Self::Disk => "printf('%020d', disk)",
            Self::UpdatedAt => "printf('%020d', updated_at)",
            Self::CreatedAt => "printf('%020d', created_at)",
            Self::LastActivityAt => "printf('%020d', last_activity_at)",
        }
    }

    /// The value of a row, as `expression` writes it.
    pub(crate) fn value(self, row: &Sandbox) -> String {
        match self {
            Self::Id => row.id.clone(),
            Self::Name => row.name.clone(),
            Self::State => row.state.as_str().to_owned(),
            Self::Snapshot => row.snapshot.clone(),
            Self::Region => row.target.clone(),
            Self::Cpu => format!("{:020}", row.cpu),
            Self::Memory => format!("{:020}", row.memory),
            Self::Disk => format!("{:020}", row.disk),
            Self::UpdatedAt => format!("{:020}", row.updated_at),
            Self::CreatedAt => format!("{:020}", row.created_at),
            Self::LastActivityAt => format!("{:020}", row.last_activity_at),
        }
    }
}

/// A bound on a number or a time of a sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// Column and comparison, such as `cpu >= `. Ours, never a client's.
    pub(crate) condition: &'static str,
    /// Times in milliseconds, which a float holds exactly.
    pub(crate) value: f64,
}

/// What a list is to hold; empty filters hold everything.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) organization_id: String,
    /// Beginning of the id, in any case.
    pub(crate) id: Option<String>,
    /// Beginning of the name, in any case.
    pub(crate) name: Option<String>,
    /// Labels it must have, among others.
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) states: Vec<String>,
    pub(crate) snapshots: Vec<String>,
    pub(crate) targets: Vec<String>,
    pub(crate) public: Option<bool>,
    pub(crate) bounds: Vec<Bound>,
    /// Something is asked for that no sandbox here is or has.
    pub(crate) impossible: bool,
    pub(crate) sort: SortBy,
    pub(crate) descending: bool,
    pub(crate) limit: u32,
}

impl Db {
    /// Up to `limit` sandboxes that come after the one with this sort value and id.
    pub(crate) async fn list_after(
        &self,
        filter: &Filter,
        after: Option<(&str, &str)>,
    ) -> sqlx::Result<Vec<Sandbox>> {
        let mut query = QueryBuilder::new("SELECT * FROM sandboxes");
        conditions(&mut query, filter);
        let compare = if filter.descending { " < (" } else { " > (" };
        if let Some((value, id)) = after {
            query.push(" AND (").push(filter.sort.expression()).push(", id)").push(compare);
            query.push_bind(value).push(", ").push_bind(id).push(")");
        }
        order(&mut query, filter);
        query.push(" LIMIT ").push_bind(filter.limit);
        query.build_query_as().fetch_all(&self.reader).await
    }

    /// One numbered page (from 1) and the count of all.
    pub(crate) async fn list_page(&self, filter: &Filter, page: u32) -> sqlx::Result<(Vec<Sandbox>, i64)> {
        let mut count = QueryBuilder::new("SELECT COUNT(*) FROM sandboxes");
        conditions(&mut count, filter);
        let total: i64 = count.build_query_scalar().fetch_one(&self.reader).await?;
        let mut query = QueryBuilder::new("SELECT * FROM sandboxes");
        conditions(&mut query, filter);
        order(&mut query, filter);
        let skipped = i64::from(page.saturating_sub(1)) * i64::from(filter.limit);
        query.push(" LIMIT ").push_bind(filter.limit).push(" OFFSET ").push_bind(skipped);
        Ok((query.build_query_as().fetch_all(&self.reader).await?, total))
    }
}

fn conditions(query: &mut QueryBuilder<Sqlite>, filter: &Filter) {
    query.push(" WHERE pool = 0 AND organization_id = ").push_bind(filter.organization_id.clone());
    for (column, prefix) in [("id", &filter.id), ("name", &filter.name)] {
        if let Some(prefix) = prefix {
            // Not LIKE: `_` and `%` in what people type are letters like any other.
            query.push(" AND lower(substr(").push(column).push(", 1, length(").push_bind(prefix.clone());
            query.push("))) = lower(").push_bind(prefix.clone()).push(")");
        }
    }
    if !filter.labels.is_empty() {
        query.push(" AND NOT EXISTS (SELECT 1 FROM json_each(").push_bind(Json(filter.labels.clone())).push(
            ") AS wanted WHERE NOT EXISTS (SELECT 1 FROM json_each(sandboxes.labels) AS held
                 WHERE held.key = wanted.key AND held.value = wanted.value))",
        );
    }
    let lists = [("state", &filter.states), ("snapshot", &filter.snapshots), ("target", &filter.targets)];
    for (column, values) in lists {
        if !values.is_empty() {
            query.push(" AND ").push(column).push(" IN (SELECT value FROM json_each(");
            query.push_bind(Json(values.clone())).push("))");
        }
    }
    for bound in &filter.bounds {
        query.push(" AND ").push(bound.condition).push_bind(bound.value);
    }
    if filter.impossible {
        query.push(" AND FALSE");
    }
    if let Some(public) = filter.public {
        query.push(" AND public = ").push_bind(public);
    }
}

fn order(query: &mut QueryBuilder<Sqlite>, filter: &Filter) {
    let direction = if filter.descending { " DESC" } else { " ASC" };
    query.push(" ORDER BY ").push(filter.sort.expression()).push(direction).push(", id").push(direction);
}
