//! Time as the database keeps it (milliseconds since 1970) and as the wire shows it (ISO 8601, `Z`).

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const ISO_MILLIS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// Milliseconds since 1970, UTC.
pub(crate) fn now() -> i64 {
    let nanos = OffsetDateTime::now_utc().unix_timestamp_nanos();
    i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX)
}

/// `2025-01-02T03:04:05.678Z`; times outside what a date can show are shown as 1970.
pub(crate) fn iso(millis: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .format(ISO_MILLIS)
        .unwrap_or_default()
}

/// Reads what `iso` writes and other RFC 3339 forms.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let parsed = OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
    i64::try_from(parsed.unix_timestamp_nanos() / 1_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_look_like_those_of_the_published_api() {
        assert_eq!(iso(1_735_787_045_678), "2025-01-02T03:04:05.678Z");
        assert_eq!(parse("2025-01-02T03:04:05.678Z"), Some(1_735_787_045_678));
        assert_eq!(parse("yesterday"), None);
        assert_eq!(iso(i64::MAX), "1970-01-01T00:00:00.000Z");
    }
}
