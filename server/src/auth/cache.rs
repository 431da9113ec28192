//! Checked keys, remembered for a moment so that a burst of calls asks the database once.
//!
//! What must stay true: revoking a key on this server takes effect at once (`forget`), and the memory is
//! bounded whatever is sent: only good keys are remembered.

use super::{Principal, key::Key};
use crate::clock;
use crate::db::Db;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;

const REMEMBERED: Duration = Duration::from_secs(10);
const CAPACITY: usize = 1024;

/// Looks keys up and notes their use.
#[derive(Debug, Default)]
pub(crate) struct KeyCache {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    good: HashMap<[u8; 32], (Principal, Instant)>,
    used: HashMap<Arc<str>, i64>,
    /// Raised by each revocation: a lookup that began before one may not be remembered after it.
    revocations: u64,
}

impl KeyCache {
    /// Who holds this key, if anyone.
    pub(crate) async fn check(&self, db: &Db, bearer: &str) -> sqlx::Result<Option<Principal>> {
        let Some(key) = Key::parse(bearer) else { return Ok(None) };
        let hash = key.hash();
        let revocations = {
            let mut inner = self.lock();
            if let Some((principal, until)) = inner.good.get(&hash)
                && *until > Instant::now()
            {
                let principal = principal.clone();
                inner.used.insert(principal.key_id.clone(), clock::now());
                return Ok(Some(principal));
            }
            inner.revocations
        };
        let Some(row) = db.api_key_by_hash(&hash).await? else { return Ok(None) };
        if !bool::from(row.hash.ct_eq(&hash)) {
            return Ok(None);
        }
        let principal = Principal {
            key_id: row.id.into(),
            key_name: row.name.into(),
            organization_id: row.organization_id.into(),
            permissions: row.permissions.0.into(),
        };
        let mut inner = self.lock();
        if inner.good.len() >= CAPACITY {
            inner.good.clear();
        }
        // A key about to expire is looked up each time rather than outlive its end here.
        if row.expires_at.is_none() && inner.revocations == revocations {
            inner.good.insert(hash, (principal.clone(), Instant::now() + REMEMBERED));
        }
        inner.used.insert(principal.key_id.clone(), clock::now());
        Ok(Some(principal))
    }

    /// Makes a revocation effective at once.
    pub(crate) fn forget(&self, hash: &[u8]) {
        let mut inner = self.lock();
        inner.revocations += 1;
        inner.good.retain(|known, _| known.as_slice() != hash);
    }

    /// When which key was last used, since the last call.
    pub(crate) fn take_used(&self) -> Vec<(String, i64)> {
        std::mem::take(&mut self.lock().used).into_iter().map(|(id, at)| (id.to_string(), at)).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
