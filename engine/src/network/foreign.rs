//! Rules of others on the host that would drop what a sandbox sends: an accept of ours is not the last word where
//! another chain on the same hook drops.
//!
//! They are never changed; who runs the machine is told what to add. A rule of theirs that names our devices counts
//! as having been told.

use super::{PREFIX, tools};
use serde_json::Value;

/// A chain at the forward hook.
#[derive(Debug, PartialEq, Eq)]
struct Chain {
    family: String,
    table: String,
    name: String,
    /// Whether it drops by policy what no rule of it decides.
    drops: bool,
}

/// Warnings, given what `nft list chains` says.
pub(super) fn in_the_way(chains: &str) -> Vec<String> {
    forward_chains(chains)
        .into_iter()
        .filter_map(|chain| {
            let table = tools::nft_json(&["table", &chain.family, &chain.table]).ok()?;
            in_its_way(&chain, &table)
        })
        .collect()
}

fn forward_chains(text: &str) -> Vec<Chain> {
    let (mut table, mut name) = (("", ""), "");
    let mut found = Vec::new();
    for line in text.lines() {
        let words: Vec<_> = line.split_ascii_whitespace().collect();
        match words[..] {
            ["table", family, called, "{"] => table = (family, called),
            ["chain", called, "{"] => name = called,
            ["type", "filter", "hook", "forward", ..]
                if matches!(table.0, "ip" | "inet") && !table.1.starts_with("daytona_") =>
            {
                found.push(Chain {
                    family: table.0.to_owned(),
                    table: table.1.to_owned(),
                    name: name.to_owned(),
                    drops: line.contains("policy drop"),
                });
            }
            _ => {}
        }
    }
    found
}

fn in_its_way(chain: &Chain, table: &Value) -> Option<String> {
    let Chain { family, table: called, name, drops } = chain;
    let things = table["nftables"].as_array()?;
    let last = things.iter().filter_map(|it| it.get("rule")).rfind(|rule| rule["chain"] == **name);
    let ends = *drops || last.is_some_and(|rule| decides(&rule["expr"]));
    if !ends || table.to_string().contains(&format!("\"{PREFIX}")) {
        return None;
    }
    let docker = things.iter().any(|it| it["chain"]["name"] == "DOCKER-USER");
    let remedy = if docker {
        format!(
            "iptables -I DOCKER-USER -i {PREFIX}+ -j ACCEPT; \
             iptables -I DOCKER-USER -o {PREFIX}+ -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
        )
    } else {
        format!(
            "nft insert rule {family} {called} {name} iifname '\"{PREFIX}*\"' accept; \
             nft insert rule {family} {called} {name} oifname '\"{PREFIX}*\"' ct state established,related accept"
        )
    };
    Some(format!(
        "egress to the internet may be dropped by the host's chain {name} (table {family} {called}), which lets \
         through only what it knows; to let sandboxes through: {remedy}"
    ))
}

/// Whether a rule drops or rejects whatever comes to it.
fn decides(statements: &Value) -> bool {
    let names: Vec<_> = statements
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| it.as_object()?.keys().next().map(String::as_str))
        .collect();
    names.last().is_some_and(|last| matches!(*last, "drop" | "reject"))
        && names.iter().all(|name| matches!(*name, "drop" | "reject" | "counter" | "log"))
}
