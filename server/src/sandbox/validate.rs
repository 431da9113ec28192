//! Checks what a client asks for. Everything here ends in 400 with the field, the value and the rule.

use super::defaults;
use crate::api_error::{ApiError, ApiResult};
use crate::extract::printable;
use crate::lifecycle::spec::{HOST_IMAGE, USERS};
use crate::machine::Machine;
use daytona_protocol::process::is_env_name;
use std::collections::BTreeMap;

const LONGEST_NAME: usize = 128;
const MOST_LABELS: usize = 64;
const LONGEST_LABEL: usize = 1024;
/// All of a sandbox's environment, names and values; the kernel gives a new process about 128 KiB a string.
const LARGEST_ENV: usize = 128 << 10;
/// A year.
const LONGEST_INTERVAL: i32 = 525_600;

/// `[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}`: it becomes a folder's and a host's name.
pub(super) fn id(id: &str) -> ApiResult<()> {
    let first = id.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    let rest = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    if first && rest && id.len() <= 63 {
        return Ok(());
    }
    Err(ApiError::bad_request(format!(
        "id {:?} is not valid: use 1 to 63 letters, digits, `_`, `.` and `-`, beginning with a letter or digit",
        printable(id)
    )))
}

/// What people call it: one line without markup, addresses or path separators.
pub(crate) fn name(name: &str) -> ApiResult<()> {
    if name.trim().is_empty() || name.trim() != name {
        return Err(ApiError::bad_request("name must not be blank, nor begin or end with a space"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(ApiError::bad_request(format!("name must not be longer than {LONGEST_NAME} characters")));
    }
    let lower = name.to_lowercase();
    let unsafe_text = name.chars().any(char::is_control)
        || name.contains(['<', '>'])
        || lower.contains("://")
        || lower.starts_with("www.")
        || lower.contains(" www.");
    if unsafe_text {
        return Err(ApiError::bad_request("name must not contain HTML tags, URLs, or control characters"));
    }
    if name.contains(['/', '\\']) || name == "." || name == ".." {
        return Err(ApiError::bad_request("name must not contain slashes, since it is a part of URLs"));
    }
    Ok(())
}

/// Labels: any text but NUL, in bounds.
pub(super) fn labels(labels: &BTreeMap<String, String>) -> ApiResult<()> {
    if labels.len() > MOST_LABELS {
        return Err(ApiError::bad_request(format!("labels: at most {MOST_LABELS} are kept")));
    }
    for (key, value) in labels {
        if key.is_empty() {
            return Err(ApiError::bad_request("labels: a key must not be empty"));
        }
        if key.len() > LONGEST_LABEL || value.len() > LONGEST_LABEL {
            return Err(ApiError::bad_request(format!(
                "label {:?}: key and value must not be longer than {LONGEST_LABEL} bytes each",
                printable(key)
            )));
        }
        if key.contains('\0') || value.contains('\0') {
            return Err(ApiError::bad_request(format!(
                "label {:?} must not contain NUL characters",
                printable(key)
            )));
        }
    }
    Ok(())
}

/// Environment variables: names a shell can read, values without NUL.
pub(super) fn env(env: &BTreeMap<String, String>) -> ApiResult<()> {
    let mut size = 0;
    for (key, value) in env {
        if !is_env_name(key) {
            return Err(ApiError::bad_request(format!(
                "invalid environment variable name: '{}'",
                printable(key)
            )));
        }
        if value.contains('\0') {
            return Err(ApiError::bad_request(format!("environment variable {key} must not contain NUL")));
        }
        size += key.len() + value.len() + 2;
    }
    if size > LARGEST_ENV {
        return Err(ApiError::bad_request(format!(
            "env is {size} bytes; at most {LARGEST_ENV} are passed on: upload a file for more"
        )));
    }
    Ok(())
}

/// The user processes run as.
pub(super) fn user(name: &str) -> ApiResult<()> {
    if USERS.iter().any(|(known, ..)| *known == name) {
        return Ok(());
    }
    Err(ApiError::bad_request(format!(
        "user {:?} does not exist in image {HOST_IMAGE}: use daytona or root",
        printable(name)
    )))
}

/// The image.
pub(super) fn snapshot(name: &str) -> ApiResult<()> {
    if name == HOST_IMAGE {
        return Ok(());
    }
    Err(ApiError::bad_request(format!(
        "Snapshot {} not found. This server has: {HOST_IMAGE} (the default)",
        printable(name)
    )))
}

/// The region.
pub(super) fn target(name: &str) -> ApiResult<()> {
    if name == defaults::TARGET {
        return Ok(());
    }
    Err(ApiError::bad_request(format!(
        "Region not found: {:?}. This server has one region: {}",
        printable(name),
        defaults::TARGET
    )))
}

/// Minutes until an idle sandbox is stopped.
pub(super) fn auto_stop(minutes: i32) -> ApiResult<i32> {
    in_range("Auto-stop", minutes, 0)
}

/// Minutes until a stopped sandbox is archived; 0 means as late as can be.
pub(super) fn auto_archive(minutes: i32) -> ApiResult<i32> {
    match in_range("Auto-archive", minutes, 0)? {
        0 => Ok(defaults::MAX_AUTO_ARCHIVE_MINUTES),
        minutes => Ok(minutes.min(defaults::MAX_AUTO_ARCHIVE_MINUTES)),
    }
}

/// Minutes until a stopped sandbox is deleted; any negative number means never.
pub(super) fn auto_delete(minutes: i32) -> ApiResult<i32> {
    in_range("Auto-delete", minutes.max(-1), -1)
}

fn in_range(what: &str, minutes: i32, least: i32) -> ApiResult<i32> {
    if minutes < least {
        return Err(ApiError::bad_request(format!("{what} interval must be non-negative")));
    }
    if minutes > LONGEST_INTERVAL {
        return Err(ApiError::bad_request(format!(
            "{what} interval must be at most {LONGEST_INTERVAL} minutes"
        )));
    }
    Ok(minutes)
}

/// Cores, memory and disk (GiB) against what one sandbox may have on this machine. Zero means the default.
pub(super) fn resources(
    machine: &Machine,
    cpu: Option<u32>,
    memory: Option<u32>,
    disk: Option<u32>,
) -> ApiResult<(u32, u32, u32)> {
    let asked = |value: Option<u32>, default| value.filter(|value| *value > 0).unwrap_or(default);
    let cpu = asked(cpu, defaults::CPU);
    let memory = asked(memory, defaults::MEMORY_GIB);
    let left = machine.disk_left_gib();
    if left == 0 {
        return Err(disk_exceeded());
    }
    // A smaller one than usual serves better than none.
    let disk = asked(disk, defaults::DISK_GIB.min(left));
    if cpu > machine.cpus {
        return Err(ApiError::quota(format!(
            "CPU request {cpu} exceeds maximum allowed per sandbox ({}).\nThat is what this machine has.",
            machine.cpus
        )));
    }
    if memory > machine.memory_gib {
        return Err(ApiError::quota(format!(
            "Memory request {memory}GB exceeds maximum allowed per sandbox ({}GB).\nThat is what all sandboxes \
             of this machine may have together.",
            machine.memory_gib
        )));
    }
    if disk > left {
        return Err(ApiError::quota(format!(
            "Disk request {disk}GB exceeds maximum allowed per sandbox ({left}GB).\nThat is what is left on the disk \
             under the server's data folder: ask for less, delete sandboxes, or free some space."
        )));
    }
    Ok((cpu, memory, disk))
}

/// The words for a disk that has no room for another sandbox.
pub(crate) fn disk_exceeded() -> ApiError {
    ApiError::quota(
        "Total disk limit exceeded. Maximum allowed: 0GiB more.\nThe disk under the server's data folder is nearly \
         full, and what is left is kept for the database and for the sandboxes there are: delete sandboxes, free some \
         space, or start the server with a lower --disk-reserve.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_safe_as_names_of_folders_and_hosts() {
        for good in ["a", "A.b_c-9", "0", &"x".repeat(63)] {
            assert!(id(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "../x", "a/b", "-a", "a b", "a\n", "ä", "a\0", &"x".repeat(64)] {
            assert!(id(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_are_one_harmless_line() {
        for good in ["my sandbox", "größe", "a.b-c_d", "0"] {
            assert!(name(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "a\nb", "<b>", "https://x", "www.x.org", "../x", "..", "a\0", &"x".repeat(200)] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn environment_names_are_what_a_shell_can_read() {
        let one = |key: &str, value: &str| env(&[(key.to_owned(), value.to_owned())].into());
        assert!(one("_A1", "any\nthing").is_ok());
        for bad in ["", "1A", "A B", "A=B", "A-B", "Ä"] {
            assert!(one(bad, "x").is_err(), "{bad:?}");
        }
        assert!(one("A", "a\0b").is_err());
        assert!(one("A", &"x".repeat(LARGEST_ENV)).is_err());
    }

    #[test]
    fn intervals_follow_the_published_rules() {
        assert!(auto_stop(-1).is_err());
        assert_eq!(auto_stop(0).ok(), Some(0));
        assert_eq!(auto_archive(0).ok(), Some(defaults::MAX_AUTO_ARCHIVE_MINUTES));
        assert_eq!(auto_archive(i32::from(u16::MAX)).ok(), Some(defaults::MAX_AUTO_ARCHIVE_MINUTES));
        assert_eq!(auto_delete(-77).ok(), Some(-1));
        assert!(auto_delete(i32::MAX).is_err());
    }
}
