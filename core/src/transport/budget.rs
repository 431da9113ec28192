//! A bound on resending: when a server is down, retries must not multiply the load on it.
//!
//! The numbers are those AWS's SDKs settled on: a bucket of tokens, each retry takes several, each success
//! gives one back, and an empty bucket means that the first failure is the answer.

use std::sync::atomic::{AtomicU32, Ordering};

const CAPACITY: u32 = 500;
const RETRY_COST: u32 = 5;

/// Tokens left.
pub(super) struct Budget(AtomicU32);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(CAPACITY))
    }
}

impl Budget {
    /// Takes what one retry costs; false when there is not enough left.
    pub(super) fn spend(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| tokens.checked_sub(RETRY_COST))
            .is_ok()
    }

    /// One request succeeded.
    pub(super) fn refill(&self) {
        // Err means full already, which is fine.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
            (tokens < CAPACITY).then_some(tokens + 1)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_of_retries_ends_and_successes_pay_for_new_ones() {
        let budget = Budget::default();
        let granted = (0..1000).filter(|_| budget.spend()).count();
        assert_eq!(granted, (CAPACITY / RETRY_COST) as usize);
        (0..RETRY_COST).for_each(|_| budget.refill());
        assert!(budget.spend());
        assert!(!budget.spend());
        (0..CAPACITY * 2).for_each(|_| budget.refill());
        assert_eq!((0..1000).filter(|_| budget.spend()).count(), (CAPACITY / RETRY_COST) as usize);
    }
}
