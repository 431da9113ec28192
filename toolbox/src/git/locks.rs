//! One change of a repository at a time, since git answers two at once with "index.lock exists".

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::OwnedMutexGuard;

type Lock = tokio::sync::Mutex<()>;

/// The repositories that are being changed.
#[derive(Debug, Default)]
pub(crate) struct Locks(Mutex<HashMap<PathBuf, Weak<Lock>>>);

impl Locks {
    /// Waits until no other call changes the repository in `dir`.
    pub(super) async fn lock(&self, dir: &Path) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            locks.retain(|_, lock| lock.strong_count() > 0);
            let known = locks.get(dir).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let fresh = Arc::new(Lock::default());
                locks.insert(dir.to_owned(), Arc::downgrade(&fresh));
                fresh
            })
        };
        lock.lock_owned().await
    }
}
