//! Forwarding on the interfaces that lead out, where the host has it off: on while a sandbox has egress, guarded so
//! that it serves sandboxes only, and off again after the last one.
//!
//! Which interfaces that concerns is kept in the file that is locked around every change.

use super::tools::{Enter, nft};
use super::{PREFIX, host, rules};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;

/// The guard's table.
const GUARD: &str = "daytona_forwarding";

/// Lets answers from the internet through to sandboxes.
pub(super) fn enable(lock: &File) -> io::Result<()> {
    let mut ours = read(lock)?;
    for device in host::uplinks(&fs::read_to_string("/proc/net/route")?) {
        let setting = setting(&device);
        if fs::read_to_string(&setting)?.trim() == "0" {
            ours.insert(device);
            // The guard first, and the record before both.
            write(lock, &ours)?;
            nft(&guard(&ours), Enter::default())?;
            fs::write(&setting, "1")?;
        }
    }
    Ok(())
}

/// Puts back what [`enable`] changed once no device of ours is left.
pub(super) fn disable_when_unused(lock: &File, path: &Path) -> io::Result<()> {
    let used = fs::read_to_string("/proc/net/dev")?.lines().any(|line| line.trim_start().starts_with(PREFIX));
    let ours = read(lock)?;
    if used {
        return Ok(());
    }
    for device in &ours {
        fs::write(setting(device), "0").or_else(super::absent)?;
    }
    if !ours.is_empty() {
        nft(&rules::gone(GUARD), Enter::default())?;
    }
    fs::remove_file(path)
}

fn setting(device: &str) -> String {
    format!("/proc/sys/net/ipv4/conf/{device}/forwarding")
}

fn guard(devices: &BTreeSet<String>) -> String {
    let names: Vec<_> = devices.iter().map(|device| format!("\"{device}\"")).collect();
    format!(
        "table inet {GUARD}
delete table inet {GUARD}
table inet {GUARD} {{
  chain forward {{
    type filter hook forward priority -10; policy accept;
    iifname {{ {} }} oifname != \"{PREFIX}*\" drop
  }}
}}
",
        names.join(", ")
    )
}

fn read(mut lock: &File) -> io::Result<BTreeSet<String>> {
    let mut text = String::new();
    lock.rewind()?;
    lock.read_to_string(&mut text)?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn write(mut lock: &File, devices: &BTreeSet<String>) -> io::Result<()> {
    lock.rewind()?;
    lock.set_len(0)?;
    devices.iter().try_for_each(|device| writeln!(lock, "{device}"))
}
