//! Switching single controls off, so that a test of each can be seen to fail without it.
//!
//! Only a launcher built with the `weaken` feature has this; the shipped one ignores the variable.

/// Whether `control` is named in `DAYTONA_WEAKEN`.
#[cfg(feature = "weaken")]
pub(crate) fn weakened(control: &str) -> bool {
    std::env::var("DAYTONA_WEAKEN").is_ok_and(|list| list.split(',').any(|name| name == control))
}

/// Nothing can be weakened in this build.
#[cfg(not(feature = "weaken"))]
pub(crate) const fn weakened(_control: &str) -> bool {
    false
}
