//! Forwarding on the interfaces that lead out, where the host has it off: on while a sandbox has egress, guarded so
//! that it serves sandboxes only, and off again after the last one.
//!
//! Whoever turns forwarding on for the whole host meanwhile (Docker, libvirt, a VPN) has taken the matter over: the
//! guard goes and nothing is turned off. Until that is noticed, at the next start or end of a sandbox, the guard lets
//! through what such a program needs and no one else can bring about: answers, and connections that a rule of the
//! host's own redirects.
//!
//! Which interfaces that concerns is kept in the file that is locked around every change.

use super::tools::{Enter, nft};
use super::{PREFIX, host, rules};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;

/// The guard's table.
const GUARD: &str = "daytona_forwarding";

/// The interfaces whose forwarding is on for sandboxes alone, and whether the host as a whole forwarded already when
/// they were found with theirs off.
type Ours = BTreeMap<String, bool>;

/// Lets answers from the internet through to sandboxes.
pub(super) fn enable(lock: &File) -> io::Result<()> {
    let mut ours = still_ours(lock)?;
    for device in host::uplinks(&fs::read_to_string("/proc/net/route")?) {
        let setting = setting(&device);
        if fs::read_to_string(&setting)?.trim() == "0" {
            ours.insert(device, host_forwards()?);
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
    let ours = still_ours(lock)?;
    if fs::read_to_string("/proc/net/dev")?.lines().any(|line| line.trim_start().starts_with(PREFIX)) {
        return Ok(());
    }
    for device in ours.keys() {
        fs::write(setting(device), "0").or_else(super::absent)?;
    }
    if !ours.is_empty() {
        nft(&rules::gone(GUARD), Enter::default())?;
    }
    fs::remove_file(path)
}

/// Leaves those that forward because the host as a whole does by now.
fn still_ours(lock: &File) -> io::Result<Ours> {
    let mut ours = read(lock)?;
    if ours.values().all(|before| *before) || !host_forwards()? {
        return Ok(ours);
    }
    ours.retain(|_, before| *before);
    nft(&guard(&ours), Enter::default())?;
    write(lock, &ours)?;
    Ok(ours)
}

fn host_forwards() -> io::Result<bool> {
    Ok(fs::read_to_string("/proc/sys/net/ipv4/ip_forward")?.trim() != "0")
}

fn setting(device: &str) -> String {
    format!("/proc/sys/net/ipv4/conf/{device}/forwarding")
}

fn guard(ours: &Ours) -> String {
    if ours.is_empty() {
        return rules::gone(GUARD);
    }
    let names: Vec<_> = ours.keys().map(|device| format!("\"{device}\"")).collect();
    format!(
        "table inet {GUARD}
delete table inet {GUARD}
table inet {GUARD} {{
  chain forward {{
    type filter hook forward priority -10; policy accept;
    ct state established,related accept
    ct status dnat accept
    iifname {{ {} }} oifname != \"{PREFIX}*\" drop
  }}
}}
",
        names.join(", ")
    )
}

/// A line for each: its name, and `1` if the host forwarded before.
fn read(mut lock: &File) -> io::Result<Ours> {
    let mut text = String::new();
    lock.rewind()?;
    lock.read_to_string(&mut text)?;
    let line = |line: &str| line.split_once(' ').map(|(device, before)| (device.to_owned(), before == "1"));
    Ok(text.lines().filter_map(line).collect())
}

fn write(mut lock: &File, ours: &Ours) -> io::Result<()> {
    lock.rewind()?;
    lock.set_len(0)?;
    ours.iter().try_for_each(|(device, before)| writeln!(lock, "{device} {}", u8::from(*before)))
}
