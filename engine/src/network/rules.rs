//! The nftables rules of one sandbox, as text for `nft -f`. A whole file takes effect at once or not at all.

use super::Addresses;
use std::fmt::Write as _;
use std::net::Ipv4Addr;

/// What no sandbox reaches: this network, private, shared, loopback, link-local (cloud metadata with it),
/// protocol, benchmarking, multicast and reserved addresses.
const DENIED: &str = "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, \
                      192.0.0.0/24, 192.168.0.0/16, 198.18.0.0/15, 224.0.0.0/3";

/// The name of a sandbox's table.
pub(super) fn table(id: &str) -> String {
    let plain = id.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte) } else { '_' });
    format!("daytona_{:08x}_{}", super::number(id), plain.collect::<String>())
}

/// Rules for what comes from and goes to one device. They are by its name, so they can be there before it.
pub(super) fn sandbox(
    table: &str,
    link: &str,
    addresses: Addresses,
    near: &[String],
    resolvers: &[Ipv4Addr],
) -> String {
    let mut ask = String::new();
    for resolver in resolvers {
        for protocol in ["udp", "tcp"] {
            let _ = writeln!(ask, "    ip daddr {resolver} {protocol} dport 53 accept");
        }
    }
    let refused: String = std::iter::once(format!("{{ {DENIED} }}"))
        .chain(near.iter().cloned())
        .map(|to| format!("    ip daddr {to} reject with icmpx type admin-prohibited\n"))
        .collect();
    let own = addresses.sandbox;
    format!(
        "table inet {table}
delete table inet {table}
table inet {table} {{
  chain leaving {{
    meta nfproto != ipv4 drop
    ip saddr != {own} drop
{ask}{refused}    accept
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

/// Removes a table, there or not.
pub(super) fn gone(table: &str) -> String {
    format!("table inet {table}\ndelete table inet {table}\n")
}
