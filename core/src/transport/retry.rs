//! Whether a failed request is sent again, and after how long.

use super::Resend;
use crate::{Error, ErrorCode};
use backon::BackoffBuilder;
use std::time::Duration;

/// The first try included.
const ATTEMPTS: u32 = 3;
/// A server that asks for a longer pause gets its wish from the caller, who sees `retry_after`.
const LONGEST_PAUSE: f64 = 30.0;
/// By how much of itself a pause that the server named may be longer.
const SPREAD: f64 = 0.1;

/// Growing, jittered pauses, for when the server names none.
pub(crate) fn delays() -> impl Iterator<Item = Duration> {
    backon::ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(5))
        .without_max_times()
        .with_jitter()
        .build()
}

/// The pause before the next attempt; none when there must not be one.
pub(super) fn delay(
    resend: Resend,
    to_local: bool,
    error: &Error,
    attempts: u32,
    delays: &mut impl Iterator<Item = Duration>,
) -> Option<Duration> {
    if attempts >= ATTEMPTS {
        return None;
    }
    let safe = error.facts().not_received
        || match resend {
            Resend::Idempotent => true,
            Resend::Keyed => to_local,
            Resend::Never => false,
        };
    if safe { pause(error, delays) } else { None }
}

/// The pause before something that failed like this is worth another try; none when it is not.
pub(crate) fn pause(error: &Error, delays: &mut impl Iterator<Item = Duration>) -> Option<Duration> {
    let passing = match error.status() {
        Some(status) => matches!(status, 429 | 502 | 503 | 504),
        None => error.code() == ErrorCode::Connection,
    };
    if !passing {
        return None;
    }
    match error.retry_after() {
        Some(seconds) if seconds > LONGEST_PAUSE => None,
        // Later rather than sooner, and not all at the moment that was named to everyone.
        Some(seconds) => Some(Duration::from_secs_f64(seconds.max(0.0) * (1.0 + SPREAD * fastrand::f64()))),
        None => delays.next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16) -> Error {
        Error::new(ErrorCode::Server, "x").with_facts(|facts| facts.status = Some(status))
    }

    fn broken(not_received: bool) -> Error {
        Error::new(ErrorCode::Connection, "x").with_facts(|facts| facts.not_received = not_received)
    }

    fn again(resend: Resend, local: bool, error: &Error) -> bool {
        delay(resend, local, error, 1, &mut delays()).is_some()
    }

    #[test]
    fn only_what_is_safe_and_may_pass_is_sent_again() {
        for status in [429, 502, 503, 504] {
            assert!(again(Resend::Idempotent, false, &answered(status)), "{status}");
            assert!(!again(Resend::Never, true, &answered(status)), "{status}");
            assert!(!again(Resend::Keyed, false, &answered(status)), "{status}");
            assert!(again(Resend::Keyed, true, &answered(status)), "{status}");
        }
        for status in [400, 401, 404, 409, 500, 501] {
            assert!(!again(Resend::Idempotent, true, &answered(status)), "{status}");
        }
        for resend in [Resend::Idempotent, Resend::Keyed, Resend::Never] {
            assert!(again(resend, false, &broken(true)));
        }
        assert!(again(Resend::Idempotent, false, &broken(false)));
        assert!(!again(Resend::Never, true, &broken(false)));
        assert!(!again(Resend::Keyed, false, &broken(false)));
    }

    #[test]
    fn the_server_names_the_pause_within_reason() {
        let asked = |seconds| answered(503).with_facts(|facts| facts.retry_after = Some(seconds));
        let next = |error: &Error, attempts| delay(Resend::Idempotent, false, error, attempts, &mut delays());
        let pauses: Vec<_> = (0..100).filter_map(|_| next(&asked(2.0), 1)).collect();
        assert_eq!(pauses.len(), 100);
        let (shortest, longest) = (pauses.iter().min(), pauses.iter().max());
        assert!(shortest >= Some(&Duration::from_secs(2)) && longest <= Some(&Duration::from_millis(2200)));
        assert!(shortest < longest, "not all at once");
        assert_eq!(next(&asked(3600.0), 1), None);
        assert_eq!(next(&asked(2.0), ATTEMPTS), None);
    }
}
