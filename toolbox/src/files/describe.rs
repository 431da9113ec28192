//! What the API tells of a file.

use super::path::base_name;
use daytona_protocol::files::FileInfo;
use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// What clients get for a time that a calendar of four-digit years does not hold, as Go's zero time.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// The entry for `path`, whose metadata are at hand.
pub(super) fn describe(path: &Path, metadata: &Metadata) -> FileInfo {
    let nanos = i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec());
    let modified = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok();
    let modified_at = modified.and_then(|time| time.format(&Rfc3339).ok());
    FileInfo {
        name: base_name(path),
        is_dir: metadata.is_dir(),
        size: i64::try_from(metadata.len()).unwrap_or(i64::MAX),
        mod_time: modified.and_then(go_time).unwrap_or_else(|| "0001-01-01 00:00:00 +0000 UTC".to_owned()),
        modified_at: modified_at.unwrap_or_else(|| NO_TIME.to_owned()),
        mode: go_mode(metadata),
        permissions: format!("{:04o}", metadata.mode() & 0o777),
        owner: metadata.uid().to_string(),
        group: metadata.gid().to_string(),
        path: Some(path.to_string_lossy().into_owned()),
    }
}

/// `2026-01-31 12:00:00.5 +0000 UTC`, without trailing zeros in the fraction.
fn go_time(time: OffsetDateTime) -> Option<String> {
    let whole = time.format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second]")).ok()?;
    let fraction = format!(".{:09}", time.nanosecond());
    Some(format!("{whole}{} +0000 UTC", fraction.trim_end_matches('0').trim_end_matches('.')))
}

/// The letters of Go's `fs.FileMode`: kinds first, each its own, then nine permissions.
fn go_mode(metadata: &Metadata) -> String {
    let (kind, mode) = (metadata.file_type(), metadata.mode());
    let kinds = [
        (kind.is_dir(), 'd'),
        (kind.is_symlink(), 'L'),
        (kind.is_block_device() || kind.is_char_device(), 'D'),
        (kind.is_fifo(), 'p'),
        (kind.is_socket(), 'S'),
        (mode & 0o4000 != 0, 'u'),
        (mode & 0o2000 != 0, 'g'),
        (kind.is_char_device(), 'c'),
        (mode & 0o1000 != 0, 't'),
    ];
    let mut text: String = kinds.into_iter().filter_map(|(is, letter)| is.then_some(letter)).collect();
    if text.is_empty() {
        text.push('-');
    }
    let bits = "rwxrwxrwx".chars().enumerate();
    text.extend(bits.map(|(i, letter)| if mode & (0o400 >> i) == 0 { '-' } else { letter }));
    text
}

#[cfg(test)]
mod tests {
    use super::go_time;
    use time::OffsetDateTime;

    #[test]
    fn times_are_printed_as_go_does() {
        let cases = [
            (0, "1970-01-01 00:00:00 +0000 UTC"),
            (1_500_000_000, "1970-01-01 00:00:01.5 +0000 UTC"),
            (1_000_000_010, "1970-01-01 00:00:01.00000001 +0000 UTC"),
        ];
        for (nanos, expected) in cases {
            let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).expect("a time");
            assert_eq!(go_time(time).as_deref(), Some(expected));
        }
    }
}
