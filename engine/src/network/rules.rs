//! The nftables rules of one sandbox, as text for `nft -f`. A whole file takes effect at once or not at all.

use super::veth::{Addresses, number};
use std::fmt::Write as _;
use std::net::Ipv4Addr;

/// What no sandbox reaches: this network, private, shared, loopback, link-local (cloud metadata with it),
/// protocol, benchmarking, multicast and reserved addresses.
const DENIED: &str = "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, \
                      192.0.0.0/24, 192.168.0.0/16, 198.18.0.0/15, 224.0.0.0/3";

/// The name of a sandbox's table.
pub(super) fn table(id: &str) -> String {
    let plain = id.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte) } else { '_' });
    format!("daytona_{:08x}_{}", number(id), plain.collect::<String>())
}

/// Name servers on their port, and then what is refused.
fn leaving(near: &[String], resolvers: &[Ipv4Addr]) -> String {
    let mut lines = String::new();
    for resolver in resolvers {
        for protocol in ["udp", "tcp"] {
            let _ = writeln!(lines, "    ip daddr {resolver} {protocol} dport 53 accept");
        }
    }
    let denied = format!("{{ {DENIED} }}");
    for to in std::iter::once(&denied).chain(near) {
        lines += &refuse(to);
    }
    lines
}

fn refuse(to: &str) -> String {
    format!("    ip daddr {to} reject with icmpx type admin-prohibited\n")
}

/// Rules on the host for what comes from and goes to one device. They are by its name, so they can be there before it.
pub(super) fn of_link(
    table: &str,
    link: &str,
    addresses: Addresses,
    near: &[String],
    resolvers: &[Ipv4Addr],
) -> String {
    let leaving = leaving(near, resolvers);
    let own = addresses.sandbox;
    format!(
        "table inet {table}
delete table inet {table}
table inet {table} {{
  chain leaving {{
    meta nfproto != ipv4 drop
    ip saddr != {own} drop
{leaving}    accept
  }}
  chain arriving {{
    ct state established,related accept
    drop
  }}
  chain forward {{
    type filter hook forward priority -10; policy accept;
    iifname \"{link}\" jump leaving
    oifname \"{link}\" jump arriving
  }}
  chain input {{
    type filter hook input priority -10; policy accept;
    iifname \"{link}\" meta nfproto != ipv4 drop
    iifname \"{link}\" ct state established,related accept
    iifname \"{link}\" reject with icmpx type admin-prohibited
  }}
  chain postrouting {{
    type nat hook postrouting priority 100; policy accept;
    ip saddr {own} oifname != \"{link}\" masquerade
  }}
}}
"
    )
}

/// Rules in a sandbox's own network namespace, whose processes may not change them.
///
/// Whatever connects for the sandbox does so as a process of the host, so the host's own addresses are refused here
/// one by one, its name servers' own port with them. UDP leaves from ports that the kernel draws from `ports`, since
/// pasta binds the port a datagram came from on the host as well: a sandbox that chose it could take the datagrams of
/// a program there.
pub(super) fn of_namespace(
    sandbox: Ipv4Addr,
    own: &[String],
    near: &[String],
    resolvers: &[Ipv4Addr],
    ports: (u16, u16),
) -> String {
    let own: String = own.iter().map(|to| refuse(to)).collect();
    let leaving = leaving(near, resolvers);
    let (first, last) = ports;
    format!(
        "table inet daytona
delete table inet daytona
table inet daytona {{
  chain output {{
    type filter hook output priority 0; policy drop;
    oifname \"lo\" accept
    meta nfproto != ipv4 drop
    ip saddr != {sandbox} drop
{own}{leaving}    accept
  }}
  chain input {{
    type filter hook input priority 0; policy drop;
    iifname \"lo\" accept
    ct state established,related accept
  }}
  chain forward {{
    type filter hook forward priority 0; policy drop;
  }}
  chain postrouting {{
    type nat hook postrouting priority 100; policy accept;
    oifname != \"lo\" meta l4proto udp masquerade to :{first}-{last} fully-random
  }}
}}
"
    )
}

/// Leaves out what a weakened launcher is to be seen without.
pub(super) fn weakened(rules: String) -> String {
    let without = |word: &str| {
        rules.lines().filter(|line| !line.contains(word)).map(|line| format!("{line}\n")).collect()
    };
    match () {
        () if crate::launcher::weakened("rules") => without("reject"),
        () if crate::launcher::weakened("udp-ports") => without("masquerade"),
        () => rules,
    }
}

/// Removes a table, there or not.
pub(super) fn gone(table: &str) -> String {
    format!("table inet {table}\ndelete table inet {table}\n")
}
