//! NET: what a sandbox with egress reaches, and what it must not.
//!
//! Each test runs in a network namespace of its own, as a machine with one uplink.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::spec::Network;
use daytona_engine::{Engine as _, SandboxSpec};
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};
use support::Rig;
use support::internet::{
    Elsewhere, Internet, PUBLIC, REFUSED, host_resolvers, reached, said, tool, with_egress,
};

/// Runs the named test in a network namespace of its own, unless that is where it runs.
fn handed_over(test: &str) -> bool {
    if std::env::var_os("DAYTONA_TEST_NETNS").is_some() {
        return false;
    }
    let done = Command::new("unshare")
        .arg("--net")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("DAYTONA_TEST_NETNS", "1")
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
    true
}

#[tokio::test]
async fn egress_reaches_the_internet_and_nothing_nearer() {
    if handed_over("egress_reaches_the_internet_and_nothing_nearer") {
        return;
    }
    let resolvers = host_resolvers();
    let _internet = Internet::new(&resolvers);
    let _everywhere = TcpListener::bind("0.0.0.0:80").unwrap();
    let forwarding = || std::fs::read_to_string("/proc/sys/net/ipv4/conf/up0/forwarding").unwrap();
    assert_eq!(forwarding(), "0\n");
    let rig = Rig::new();
    let (one, two) = (with_egress(&rig).await, with_egress(&rig).await);

    let gateway = rig.sh(&one.id, "cat /proc/net/route").await.out;
    let hex = gateway.lines().find(|line| line.contains("\t00000000\t")).unwrap().split('\t').nth(2).unwrap();
    let gateway = std::net::Ipv4Addr::from(u32::from_str_radix(hex, 16).unwrap().swap_bytes());
    let neighbour = rig.python(&two.id, "import socket; s = socket.socket(2, 2); s.connect(('198.51.100.7', 9)); print(s.getsockname()[0])").await;
    let neighbour = neighbour.out.trim().to_owned();
    rig.sh(&two.id, "python3 -m http.server 80 >/dev/null 2>&1 &").await;

    let mut tried: Vec<String> = REFUSED.iter().map(|it| (*it).to_owned()).collect();
    tried.extend([PUBLIC.to_owned(), gateway.to_string(), neighbour]);
    tried.extend(resolvers.iter().cloned());
    assert_eq!(reached(&rig, &one.id, 80, &tried).await, [PUBLIC]);
    // Names: the host's resolvers, on their port, over both protocols.
    assert_eq!(reached(&rig, &one.id, 53, &resolvers).await, resolvers);
    let ask = format!(
        "import socket\ns = socket.socket(2, 2)\ns.settimeout(3)\ns.sendto(b'?', ({:?}, 53))\nprint(s.recv(9))",
        resolvers[0]
    );
    let ran = rig.python(&one.id, &ask).await;
    assert_eq!(ran.out, "b'?'\n", "{ran:?}");
    let named = rig.sh(&one.id, "cat /etc/resolv.conf").await.out;
    assert!(resolvers.iter().all(|resolver| named.contains(resolver)), "{named}");
    // No IPv6, not even to the host's end of the pair.
    let six = "import os, socket\ntry: socket.create_connection(('ff02::1%eth0', 80), 2); print('reached')\nexcept OSError: print('refused')";
    assert_eq!(rig.python(&one.id, six).await.out, "refused\n");

    // The rules and the forwarding stand while any of the devices does.
    assert_eq!(forwarding(), "1\n");
    rig.engine.destroy(&one.id).await.unwrap();
    assert_eq!(reached(&rig, &two.id, 80, &tried).await, [PUBLIC]);
    rig.engine.stop(&two.id, Duration::ZERO).await.unwrap();
    assert_eq!(said("nft list tables"), "");
    assert!(!said("ip -o link").contains("dtn"));
    assert_eq!(forwarding(), "0\n");
    rig.engine.destroy(&two.id).await.unwrap();
}

/// The checks above see it when the rules do not refuse.
#[cfg(feature = "weaken")]
#[tokio::test]
async fn without_rules_everything_nearer_is_reached() {
    if handed_over("without_rules_everything_nearer_is_reached") {
        return;
    }
    let _internet = Internet::new(&[]);
    let _everywhere = TcpListener::bind("0.0.0.0:80").unwrap();
    let rig = Rig::weakened("rules");
    let spec = with_egress(&rig).await;
    let tried: Vec<String> = REFUSED.iter().map(|it| (*it).to_owned()).collect();
    let found = reached(&rig, &spec.id, 80, &tried).await;
    for to in ["10.9.9.9", "192.168.9.9", "169.254.169.254", "203.0.113.1", "203.0.113.2"] {
        assert!(found.iter().any(|it| it == to), "{to} is not reached: {found:?}");
    }
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn without_egress_there_is_no_network_at_all() {
    if handed_over("without_egress_there_is_no_network_at_all") {
        return;
    }
    let resolvers = host_resolvers();
    let _internet = Internet::new(&resolvers);
    let rig = Rig::new();
    let spec = rig.start().await;
    let tried: Vec<String> = [PUBLIC.to_owned()].into_iter().chain(resolvers).collect();
    assert!(reached(&rig, &spec.id, 80, &tried).await.is_empty());
    assert!(reached(&rig, &spec.id, 53, &tried).await.is_empty());
    assert_eq!(said("nft list tables"), "");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn a_machine_without_a_way_out_says_so_and_runs_the_sandbox() {
    if handed_over("a_machine_without_a_way_out_says_so_and_runs_the_sandbox") {
        return;
    }
    let rig = Rig::new();
    let spec = SandboxSpec { network: Network::Egress, ..rig.spec() };
    rig.launch(&spec).await;
    let report = rig.engine.report(&spec.id).await.unwrap().unwrap();
    assert!(report.warnings.iter().any(|warning| warning.contains("no default route")), "{report:?}");
    assert_eq!(rig.sh(&spec.id, "echo alive").await.out, "alive\n");
    rig.engine.destroy(&spec.id).await.unwrap();
}

#[tokio::test]
async fn a_killed_monitor_leaves_no_rules() {
    if handed_over("a_killed_monitor_leaves_no_rules") {
        return;
    }
    let _internet = Internet::new(&[]);
    let rig = Rig::new();
    let spec = with_egress(&rig).await;
    assert!(said("nft list tables").contains("daytona"));
    let monitor = rustix::process::Pid::from_raw(support::monitor_of(&rig, &spec.id)).unwrap();
    rustix::process::kill_process(monitor, rustix::process::Signal::KILL).unwrap();
    rig.engine.wait(&spec.id).await.unwrap();
    rig.engine.status(&spec.id).await.unwrap();
    assert_eq!(said("nft list tables"), "");
    assert!(!said("ip -o link").contains("dtn"));
    rig.engine.destroy(&spec.id).await.unwrap();
}

/// A container of someone else's, on a bridge of its own, that goes out by way of this machine.
fn container() -> Elsewhere {
    let container = Elsewhere::new("dock0", "eth0");
    tool("ip addr add 172.30.0.1/24 dev dock0");
    tool("ip link set dock0 up");
    container.run("ip addr add 172.30.0.2/24 dev eth0");
    container.run("ip link set eth0 up");
    container.run("ip route add default via 172.30.0.1");
    container
}

fn nft(rules: &str) {
    tool(&format!("nft {rules}"));
}

#[tokio::test]
async fn who_forwards_for_itself_meanwhile_is_not_in_the_way() {
    if handed_over("who_forwards_for_itself_meanwhile_is_not_in_the_way") {
        return;
    }
    let internet = Internet::new(&[]);
    let rig = Rig::new();
    let (one, two) = (with_egress(&rig).await, with_egress(&rig).await);
    let container = container();
    let sysctl = |name: &str| std::fs::read_to_string(format!("/proc/sys/net/ipv4/{name}")).unwrap();

    // The machine forwards for sandboxes only: a neighbour does not get through to what is behind it.
    std::fs::write("/proc/sys/net/ipv4/conf/dock0/forwarding", "1").unwrap();
    internet.0.run("ip route add 172.30.0.0/24 via 203.0.113.2");
    assert!(!internet.0.reaches("172.30.0.2", 80));

    // What Docker does when it starts.
    std::fs::write("/proc/sys/net/ipv4/ip_forward", "1").unwrap();
    nft("add table ip docker");
    nft("add chain ip docker post { type nat hook postrouting priority 100 ; }");
    nft("add rule ip docker post ip saddr 172.30.0.0/24 oifname up0 masquerade");
    nft("add chain ip docker pre { type nat hook prerouting priority -100 ; }");
    nft("add rule ip docker pre iifname up0 tcp dport 8081 dnat to 172.30.0.2:80");
    assert!(container.reaches(PUBLIC, 80), "its connections get answers");
    assert!(internet.0.reaches("203.0.113.2", 8081), "its published port is open");
    assert!(!internet.0.reaches("172.30.0.2", 80), "no one has asked for this");
    assert_eq!(reached(&rig, &one.id, 80, &[PUBLIC.to_owned()]).await, [PUBLIC]);

    // The next end of a sandbox notices, and the last one changes nothing any more.
    rig.engine.destroy(&one.id).await.unwrap();
    assert!(!said("nft list tables").contains("daytona_forwarding"));
    assert!(
        internet.0.reaches("172.30.0.2", 80),
        "the machine is a router now, and the check above could fail"
    );
    assert_eq!(reached(&rig, &two.id, 80, &[PUBLIC.to_owned()]).await, [PUBLIC]);
    rig.engine.destroy(&two.id).await.unwrap();
    assert_eq!((sysctl("conf/up0/forwarding").as_str(), sysctl("ip_forward").as_str()), ("1\n", "1\n"));
    assert!(container.reaches(PUBLIC, 80));
}

/// An uplink that alone does not forward, on a machine that else does, is put back to that.
#[tokio::test]
async fn an_uplink_kept_from_forwarding_is_so_again() {
    if handed_over("an_uplink_kept_from_forwarding_is_so_again") {
        return;
    }
    let _internet = Internet::new(&[]);
    std::fs::write("/proc/sys/net/ipv4/ip_forward", "1").unwrap();
    std::fs::write("/proc/sys/net/ipv4/conf/up0/forwarding", "0").unwrap();
    let rig = Rig::new();
    let (one, two) = (with_egress(&rig).await, with_egress(&rig).await);
    assert!(said("nft list tables").contains("daytona_forwarding"));
    assert_eq!(reached(&rig, &two.id, 80, &[PUBLIC.to_owned()]).await, [PUBLIC]);
    rig.engine.destroy(&one.id).await.unwrap();
    rig.engine.destroy(&two.id).await.unwrap();
    assert_eq!(std::fs::read_to_string("/proc/sys/net/ipv4/conf/up0/forwarding").unwrap(), "0\n");
    assert_eq!(said("nft list tables"), "");
}

/// Starts a sandbox and returns what its report says of other people's rules, and whether it reaches the internet.
async fn beside_rules_of_others(rig: &Rig) -> (Option<String>, bool) {
    let spec = SandboxSpec { network: Network::Egress, ..rig.spec() };
    rig.launch(&spec).await;
    let report = rig.engine.report(&spec.id).await.unwrap().unwrap();
    let warning = report.warnings.into_iter().find(|warning| warning.contains("may be dropped"));
    let open = !reached(rig, &spec.id, 80, &[PUBLIC.to_owned()]).await.is_empty();
    rig.engine.destroy(&spec.id).await.unwrap();
    (warning, open)
}

#[tokio::test]
async fn rules_of_others_that_drop_are_told_with_what_helps() {
    if handed_over("rules_of_others_that_drop_are_told_with_what_helps") {
        return;
    }
    let _internet = Internet::new(&[]);
    let rig = Rig::new();
    nft("add table ip harmless");
    nft("add chain ip harmless forward { type filter hook forward priority 0 ; policy accept ; }");
    nft("add rule ip harmless forward ip daddr 192.0.2.1 drop");
    assert_eq!(beside_rules_of_others(&rig).await, (None, true));

    for chain in ["policy drop", "policy accept"] {
        nft("add table inet firewall");
        nft(&format!("add chain inet firewall routed {{ type filter hook forward priority 0 ; {chain} ; }}"));
        nft("add rule inet firewall routed ct state established accept");
        if chain == "policy accept" {
            nft("add rule inet firewall routed counter reject with icmpx type admin-prohibited");
        }
        let (warning, open) = beside_rules_of_others(&rig).await;
        let warning = warning.unwrap();
        assert!(!open && warning.contains("chain routed (table inet firewall)"), "{warning}");
        // What it says helps, helps.
        let remedy = warning.split_once("to let sandboxes through: ").unwrap().1;
        let done = Command::new("sh").args(["-c", remedy]).output().unwrap();
        assert!(done.status.success(), "{remedy}: {done:?}");
        assert_eq!(beside_rules_of_others(&rig).await, (None, true), "{remedy}");
        nft("delete table inet firewall");
    }

    // Docker has a chain for it.
    nft("add table ip filter");
    nft("add chain ip filter DOCKER-USER");
    nft("add chain ip filter FORWARD { type filter hook forward priority 0 ; policy drop ; }");
    let (warning, open) = beside_rules_of_others(&rig).await;
    let warning = warning.unwrap();
    assert!(!open && warning.contains("iptables -I DOCKER-USER -i dtn+ -j ACCEPT"), "{warning}");
    // What iptables makes of that.
    nft("add rule ip filter FORWARD jump DOCKER-USER");
    nft("add rule ip filter DOCKER-USER iifname \"dtn*\" counter accept");
    nft("add rule ip filter DOCKER-USER oifname \"dtn*\" ct state established,related counter accept");
    assert_eq!(beside_rules_of_others(&rig).await, (None, true));
}

/// The kernel takes a device apart when it comes to it, and no one else is to wait for that.
#[tokio::test]
async fn a_device_that_goes_late_holds_no_one_up() {
    if handed_over("a_device_that_goes_late_holds_no_one_up") {
        return;
    }
    let _internet = Internet::new(&[]);
    let rig = Rig::new();
    let (late, other) = (with_egress(&rig).await, with_egress(&rig).await);
    let init = support::init_of(&rig, &late.id);
    // As long as this is open the namespace lives, and its device with it.
    let namespace = std::fs::File::open(format!("/proc/{init}/ns/net")).unwrap();
    let (engine, id) = (rig.engine.clone(), late.id.clone());
    let stop = tokio::spawn(async move { engine.stop(&id, Duration::ZERO).await });
    support::until("the init is gone", || !std::fs::exists(format!("/proc/{init}/root")).unwrap_or(false))
        .await;
    rig.engine.stop(&other.id, Duration::ZERO).await.unwrap();
    rig.engine.start(&other).await.unwrap();
    assert!(!stop.is_finished(), "the other had to wait for it");
    let rules = said("nft list tables");
    drop(namespace);
    stop.await.unwrap().unwrap();
    assert_eq!(rules.lines().filter(|line| line.contains("daytona_") && line.contains("test_")).count(), 2);
    assert_eq!(reached(&rig, &other.id, 80, &[PUBLIC.to_owned()]).await, [PUBLIC]);
    rig.engine.destroy(&other.id).await.unwrap();
    rig.engine.destroy(&late.id).await.unwrap();
    assert_eq!(said("nft list tables"), "");
}

/// Eight at a time come and go, and in the end there is nothing left.
#[tokio::test]
async fn many_at_once_leave_nothing() {
    if handed_over("many_at_once_leave_nothing") {
        return;
    }
    let _internet = Internet::new(&[]);
    let rig = Rig::new();
    let loops = (0..8).map(|_| {
        let (engine, spec) = (rig.engine.clone(), SandboxSpec { network: Network::Egress, ..rig.spec() });
        tokio::spawn(async move {
            let mut times = Vec::new();
            engine.create(&spec).await.unwrap();
            for _ in 0..5 {
                let begun = Instant::now();
                engine.start(&spec).await.unwrap();
                let start = begun.elapsed();
                let report = engine.report(&spec.id).await.unwrap().unwrap();
                assert!(report.enforced.iter().any(|control| control.contains("egress")), "{report:?}");
                let begun = Instant::now();
                engine.stop(&spec.id, Duration::ZERO).await.unwrap();
                times.push([start, begun.elapsed()]);
            }
            engine.destroy(&spec.id).await.unwrap();
            times
        })
    });
    let mut times = Vec::new();
    for one in loops.collect::<Vec<_>>() {
        times.extend(one.await.unwrap());
    }
    for (number, what) in ["start", "stop"].iter().enumerate() {
        times.sort_by_key(|both| both[number]);
        let (middle, last) = (times[times.len() / 2][number], times[times.len() - 1][number]);
        println!("{what}: median {middle:?}, slowest {last:?}");
    }
    assert_eq!(said("nft list tables"), "");
    assert!(!said("ip -o link").contains("dtn"));
    assert_eq!(std::fs::read_to_string("/proc/sys/net/ipv4/conf/up0/forwarding").unwrap(), "0\n");
}
