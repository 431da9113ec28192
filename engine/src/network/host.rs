//! What is read of the host: its routes, its own addresses, its name servers.

use std::fs;
use std::io;
use std::net::Ipv4Addr;

/// The interfaces of the default route.
pub(super) fn uplinks(routes: &str) -> std::collections::BTreeSet<String> {
    routes
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut fields = line.split_ascii_whitespace();
            let (device, to) = (fields.next()?, fields.next()?);
            (to == "00000000" && fields.nth(5)? == "00000000").then(|| device.to_owned())
        })
        .collect()
}

/// The host's routes, as long as there is a way out among them.
pub(super) fn routes() -> io::Result<String> {
    let routes = fs::read_to_string("/proc/net/route")?;
    if uplinks(&routes).is_empty() {
        return Err(io::Error::other("this machine has no default route itself"));
    }
    Ok(routes)
}

/// Ranges to take addresses from; the first that meets no route of the host.
const RANGES: [[u8; 2]; 6] = [[10, 213], [10, 77], [172, 29], [10, 149], [172, 23], [10, 241]];

/// The first address of a range that is free on this machine.
pub(super) fn free_range(routes: &str) -> io::Result<u32> {
    RANGES
        .into_iter()
        .find(|range| !taken(*range, routes))
        .map(|range| u32::from_be_bytes([range[0], range[1], 0, 0]))
        .ok_or_else(|| io::Error::other("every private range of ours meets a route of the host"))
}

/// Destination, mask and gateway of every route of the host but the default and ours.
fn routes_of_the_host(routes: &str) -> impl Iterator<Item = (u32, u32, u32)> {
    routes.lines().skip(1).filter_map(|line| {
        let fields: Vec<_> = line.split_ascii_whitespace().collect();
        let number = |field: usize| u32::from_str_radix(fields.get(field)?, 16).ok().map(u32::swap_bytes);
        let (to, gateway, mask) = (number(1)?, number(2)?, number(7)?);
        (mask != 0 && !fields[0].starts_with(super::PREFIX)).then_some((to, mask, gateway))
    })
}

/// Whether a route of the host lies in or around the range.
fn taken(range: [u8; 2], routes: &str) -> bool {
    let range = u32::from_be_bytes([range[0], range[1], 0, 0]);
    routes_of_the_host(routes).any(|(to, mask, _)| {
        let common = mask & 0xffff_0000;
        to & common == range & common
    })
}

/// The networks the host has a device on: its neighbours are none of a sandbox's business, whatever their addresses.
pub(super) fn near(routes: &str) -> Vec<String> {
    routes_of_the_host(routes)
        .filter(|(_, _, gateway)| *gateway == 0)
        .map(|(to, mask, _)| format!("{}/{}", Ipv4Addr::from(to), mask.count_ones()))
        .collect()
}

/// The host's own addresses. `/proc/net/fib_trie` has them all, those without a device of their own too.
pub(super) fn own() -> io::Result<Vec<String>> {
    let found = local(&fs::read_to_string("/proc/net/fib_trie")?);
    if found.is_empty() {
        Err(io::Error::other("/proc/net/fib_trie names no address of this machine"))
    } else {
        Ok(found)
    }
}

fn local(trie: &str) -> Vec<String> {
    let mut address = "";
    let mut found = std::collections::BTreeSet::new();
    for line in trie.lines().map(str::trim_start) {
        if let Some(leaf) = line.strip_prefix("|-- ") {
            address = leaf;
        } else if let Some((prefix, _)) = line.split_once(" host LOCAL") {
            found.insert(format!("{address}{prefix}"));
        }
    }
    found.into_iter().collect()
}

/// The ports the host draws for connections of its own.
pub(super) fn ephemeral_ports() -> (u16, u16) {
    let text = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let mut numbers = text.split_ascii_whitespace().filter_map(|number| number.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(first), Some(last)) if first < last => (first, last),
        _ => (32_768, 60_999),
    }
}

/// The host's name servers, as far as a sandbox can ask them: not those on the host's own loopback.
pub(super) fn resolvers() -> Vec<Ipv4Addr> {
    ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]
        .iter()
        .map(|path| fs::read_to_string(path).unwrap_or_default())
        .map(|text| name_servers(&text))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

fn name_servers(text: &str) -> Vec<Ipv4Addr> {
    text.lines()
        .filter_map(|line| line.strip_prefix("nameserver")?.trim().parse().ok())
        .filter(|address: &Ipv4Addr| !address.is_loopback() && !address.is_unspecified())
        .take(3)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_meet_a_route_of_the_host_are_left() {
        let head = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n";
        let line = |device: &str, to: &str, mask: &str| {
            format!("{head}{device} {to} 00000000 0001 0 0 0 {mask} 0 0 0\n")
        };
        assert!(taken([10, 213], &line("eth0", "0000000A", "000000FF")), "within 10.0.0.0/8");
        assert!(taken([10, 213], &line("eth0", "0105D50A", "00FFFFFF")), "around 10.213.5.0/24");
        assert!(!taken([10, 213], &line("eth0", "0000D60A", "0000FFFF")), "beside 10.214.0.0/16");
        assert!(!taken([10, 213], &line("dtn5", "1400D50A", "FCFFFFFF")), "ours");
        assert!(!taken([10, 213], &line("eth0", "00000000", "00000000")), "the default route");
    }

    #[test]
    fn name_servers_on_the_loopback_are_left() {
        let text =
            "# x\nnameserver 127.0.0.53\nnameserver 10.1.2.3\nnameserver fe80::1\nsearch example.org\n";
        assert_eq!(name_servers(text), [Ipv4Addr::new(10, 1, 2, 3)]);
    }

    #[test]
    fn the_hosts_own_addresses_are_found_by_their_routes() {
        let trie = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 203.0.113.0\n        /24 link UNICAST\nLocal:\n\
                    \x20    |-- 127.0.0.0\n        /32 link BROADCAST\n        /8 host LOCAL\n\
                    \x20       |-- 203.0.113.2\n           /32 host LOCAL\n";
        assert_eq!(local(trie), ["127.0.0.0/8", "203.0.113.2/32"]);
    }
}
