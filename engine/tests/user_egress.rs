//! NET for an ordinary user: what a sandbox with egress through pasta reaches, what it must not, and that pasta never
//! outlives it.
//!
//! Each test runs itself twice more: as root in a network and a mount namespace of its own, which becomes a machine
//! with one uplink and a `/dev/net/tun` open to all; and there as a user who owns nothing but a folder in /tmp.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod support;

use daytona_engine::spec::Network;
use daytona_engine::{Check, CheckStatus, Engine as _, SandboxSpec};
use serde_json::Value;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;
use support::internet::{Internet, PUBLIC, REFUSED, reached, tool, with_egress};
use support::{Rig, escape, until};

/// A user no machine has.
const USER: u32 = 12_345;

/// A name server on a private address, as most are.
const RESOLVER: &str = "192.168.53.53";

/// Where the sandbox is, and what leads out of it.
const SANDBOX: &str = "10.213.0.2";
const GATEWAY: &str = "10.213.0.1";

const STAGE: &str = "DAYTONA_TEST_STAGE";

/// Runs the named test as the user, unless that is who runs it. `line` prepares the machine further.
fn handed_over(test: &str, line: &str) -> bool {
    let stage = std::env::var(STAGE).unwrap_or_default();
    match stage.as_str() {
        "user" => return false,
        "machine" => on_the_machine(test, line),
        _ if rustix::process::geteuid().is_root() => {
            let mut command = Command::new("unshare");
            command.args(["--net", "--mount"]).arg(std::env::current_exe().unwrap());
            passes(command.args(["--exact", test, "--nocapture"]).env(STAGE, "machine"));
        }
        _ => println!("left out: it takes root to make a machine with an uplink"),
    }
    true
}

fn passes(command: &mut Command) {
    let done = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}

fn on_the_machine(test: &str, line: &str) {
    let _internet = Internet::new(&[RESOLVER.to_owned()]);
    // What of the host runs on low ports is played by the user.
    std::fs::write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0").unwrap();
    let home = tempfile::Builder::new().prefix("daytona-user-").tempdir().unwrap();
    let path = |name: &str| home.path().join(name).display().to_string();
    std::fs::create_dir(path("dev")).unwrap();
    tool(&format!("mount -t tmpfs none {}", path("dev")));
    tool(&format!("mknod -m 666 {} c 10 200", path("dev/tun")));
    tool(&format!("mount --bind {} /dev/net/tun", path("dev/tun")));
    std::fs::write(path("resolv.conf"), format!("nameserver {RESOLVER}\n")).unwrap();
    tool(&format!("mount --bind {} /etc/resolv.conf", path("resolv.conf")));
    if !line.is_empty() {
        tool(line);
    }
    // The build's folder may be closed to others; a copy of the programs is not.
    let copy = |from: &std::path::Path| {
        let to = home.path().join(from.file_name().unwrap());
        std::fs::copy(from, &to).unwrap();
        to
    };
    let mut command = Command::new(copy(&std::env::current_exe().unwrap()));
    command.args(["--exact", test, "--nocapture"]).env(STAGE, "user").env("TMPDIR", home.path());
    command.env("DAYTONA_TEST_LAUNCHER", copy(&support::launcher()));
    command.env("DAYTONA_TEST_INIT", copy(&support::init()));
    chown(home.path(), Some(USER), Some(USER)).unwrap();
    // At the test's word, the machine gets another address.
    let mut later = Command::new("sh")
        .args(["-c", "until [ -e go ]; do sleep 0.02; done; ip addr add 192.0.2.5/24 dev up0"])
        .current_dir(home.path())
        .spawn()
        .unwrap();
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        passes(command.current_dir(home.path()).uid(USER).gid(USER));
    }));
    later.kill().unwrap();
    later.wait().unwrap();
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure);
    }
    tool(&format!("umount -l {}", path("dev")));
}

/// Every address that is none of a sandbox's business.
fn nearer() -> Vec<String> {
    REFUSED.into_iter().chain([GATEWAY, RESOLVER]).map(str::to_owned).collect()
}

/// The process that makes a sandbox's connections.
fn pasta_of(rig: &Rig, id: &str) -> i32 {
    let text = std::fs::read_to_string(rig.data.path().join("sandboxes").join(id).join("run.json")).unwrap();
    let run: Value = serde_json::from_str(&text).unwrap();
    let pid = i32::try_from(run["network"]["pasta"]["pid"].as_i64().unwrap()).unwrap();
    assert!(runs(pid));
    pid
}

/// Whether a process is there and not just waiting to be looked at.
fn runs(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.contains("(pas") && !stat.contains(") Z "))
}

#[tokio::test]
async fn a_users_egress_reaches_the_internet_and_nothing_nearer() {
    if handed_over("a_users_egress_reaches_the_internet_and_nothing_nearer", "") {
        return;
    }
    assert_eq!(doctors_word().status, CheckStatus::Ok, "{:?}", doctors_word());
    let _everywhere = TcpListener::bind("0.0.0.0:80").unwrap();
    let rig = Rig::new();
    let (one, two) = (with_egress(&rig).await, with_egress(&rig).await);
    rig.sh(&two.id, "python3 -m http.server 8080 >/dev/null 2>&1 &").await;

    let mut tried = nearer();
    tried.extend([PUBLIC, SANDBOX].map(str::to_owned));
    assert_eq!(reached(&rig, &one.id, 80, &tried).await, [PUBLIC]);
    assert!(reached(&rig, &one.id, 8080, &[SANDBOX.to_owned()]).await.is_empty(), "a neighbour");
    // Names: over both protocols, and of the name server nothing else.
    assert_eq!(reached(&rig, &one.id, 53, &nearer()).await, [RESOLVER]);
    let ask = format!(
        "import socket\ns = socket.socket(2, 2)\ns.settimeout(9)\ns.sendto(b'?', ({RESOLVER:?}, 53))\nprint(s.recv(9))"
    );
    let ran = rig.python(&one.id, &ask).await;
    assert_eq!(ran.out, "b'?'\n", "{ran:?}");
    assert_eq!(rig.sh(&one.id, "cat /etc/resolv.conf").await.out, format!("nameserver {RESOLVER}\n"));
    let six = "import socket\ntry: socket.create_connection(('ff02::1%eth0', 80), 2); print('reached')\nexcept OSError: print('refused')";
    assert_eq!(rig.python(&one.id, six).await.out, "refused\n");

    // What is open in a sandbox without egress is no more open in one with it.
    let reach = escape::Reach::offer(rig.data.path());
    assert_eq!(reach.tried_from(&rig, &one.id).await, escape::Reach::nothing());
    let mut found = escape::probe(&rig, &one.id).await;
    found.retain(|_, result| result != "held");
    assert!(found.is_empty(), "{found:#?}");
    for command in [
        "nft flush ruleset",
        "nft list ruleset",
        "ip link set eth0 down",
        "ip route add 10.9.9.9 via 10.213.0.1",
    ] {
        let ran = rig.sh(&one.id, &format!("PATH=$PATH:/usr/sbin {command}")).await;
        assert!(ran.code != 0 && ran.code != 127, "{command}: {ran:?}");
    }
    assert_eq!(reached(&rig, &one.id, 80, &tried).await, [PUBLIC]);
    rig.engine.destroy(&one.id).await.unwrap();
    rig.engine.destroy(&two.id).await.unwrap();
}

#[tokio::test]
async fn nothing_reaches_a_users_sandbox() {
    if handed_over("nothing_reaches_a_users_sandbox", "") {
        return;
    }
    let rig = Rig::new();
    let spec = with_egress(&rig).await;
    rig.sh(&spec.id, "python3 -m http.server 8080 >/dev/null 2>&1 &").await;
    // Longer than pasta takes to look for ports to forward.
    let enough = std::time::Instant::now() + Duration::from_secs(3);
    while std::time::Instant::now() < enough {
        for host in ["127.0.0.1:8080", "203.0.113.2:8080"] {
            assert!(TcpStream::connect(host).is_err(), "{host}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    rig.engine.destroy(&spec.id).await.unwrap();
}

/// Sends a datagram from a port of the sandbox's choice to the internet, and says whether a program of the host that
/// has that port, and shares it, still gets its own.
async fn port_stays_the_hosts(rig: &Rig) -> bool {
    let spec = with_egress(rig).await;
    let host =
        rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::DGRAM, None).unwrap();
    rustix::net::sockopt::set_socket_reuseaddr(&host, true).unwrap();
    let any: std::net::SocketAddr = "0.0.0.0:20000".parse().unwrap();
    rustix::net::bind(&host, &any).unwrap();
    let host = UdpSocket::from(host);
    host.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    let code = format!(
        "import socket\ns = socket.socket(2, 2)\ns.settimeout(9)\ns.bind(('', 20000))\n\
         s.sendto(b'?', ({PUBLIC:?}, 53))\nprint(s.recv(9))"
    );
    let ran = rig.python(&spec.id, &code).await;
    assert_eq!(ran.out, "b'?'\n", "{ran:?}");
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"!", "127.0.0.1:20000").unwrap();
    let kept = host.recv(&mut [0; 9]).is_ok();
    rig.engine.destroy(&spec.id).await.unwrap();
    kept
}

#[tokio::test]
async fn a_sandbox_takes_no_port_of_the_hosts() {
    if handed_over("a_sandbox_takes_no_port_of_the_hosts", "") {
        return;
    }
    assert!(port_stays_the_hosts(&Rig::new()).await);
}

/// Gives the machine another address and says whether the sandbox still reaches the host there a moment later.
async fn a_later_address_is_open(rig: &Rig) -> bool {
    const LATER: &str = "192.0.2.5";
    let everywhere = TcpListener::bind("0.0.0.0:80").unwrap();
    // Taken, so that their number does not fill the listener's queue. The thread ends with the test's process.
    std::thread::spawn(move || everywhere.incoming().for_each(drop));
    let spec = with_egress(rig).await;
    std::fs::write("go", "").unwrap();
    let known = || std::fs::read_to_string("/proc/net/fib_trie").unwrap().contains(LATER);
    until("the machine has the address", known).await;
    // The rules follow within milliseconds; for how long they have not, the deadline bounds.
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    let mut open = true;
    while open && std::time::Instant::now() < deadline {
        open = !reached(rig, &spec.id, 80, &[LATER.to_owned()]).await.is_empty();
    }
    assert_eq!(reached(rig, &spec.id, 80, &[PUBLIC.to_owned()]).await, [PUBLIC]);
    rig.engine.destroy(&spec.id).await.unwrap();
    open
}

#[tokio::test]
async fn an_address_the_host_gets_later_is_refused_as_well() {
    if handed_over("an_address_the_host_gets_later_is_refused_as_well", "") {
        return;
    }
    assert!(!a_later_address_is_open(&Rig::new()).await);
}

#[tokio::test]
async fn pasta_ends_with_its_sandbox() {
    if handed_over("pasta_ends_with_its_sandbox", "") {
        return;
    }
    let rig = Rig::new();
    let spec = with_egress(&rig).await;
    let first = pasta_of(&rig, &spec.id);
    rig.engine.stop(&spec.id, Duration::from_secs(10)).await.unwrap();
    assert!(!runs(first), "after a stop");
    rig.engine.start(&spec).await.unwrap();
    let second = pasta_of(&rig, &spec.id);
    rig.sh(&spec.id, "kill -9 -1; kill -9 1").await;
    assert!(runs(second), "a sandbox has no power over it");
    let monitor = rustix::process::Pid::from_raw(support::monitor_of(&rig, &spec.id)).unwrap();
    rustix::process::kill_process(monitor, rustix::process::Signal::KILL).unwrap();
    until("pasta is gone with its monitor", || !runs(second)).await;
    rig.engine.start(&spec).await.unwrap();
    assert_eq!(reached(&rig, &spec.id, 80, &[PUBLIC.to_owned()]).await, [PUBLIC]);
    let third = pasta_of(&rig, &spec.id);
    rig.engine.destroy(&spec.id).await.unwrap();
    assert!(!runs(third), "after the deletion");
}

#[tokio::test]
async fn blocked_means_no_device_and_no_pasta() {
    if handed_over("blocked_means_no_device_and_no_pasta", "") {
        return;
    }
    let rig = Rig::new();
    let spec = rig.start().await;
    let devices = rig.sh(&spec.id, "tail -n +3 /proc/net/dev | cut -d: -f1").await.out;
    assert_eq!(devices.trim(), "lo");
    let text = std::fs::read_to_string(spec.dir.join("run.json")).unwrap();
    assert!(!text.contains("pasta"), "{text}");
    rig.engine.destroy(&spec.id).await.unwrap();
}

/// What is missing costs the sandbox its egress, all of it, and is said.
async fn without(test: &str, line: &str, words: &str) {
    if handed_over(test, line) {
        return;
    }
    let rig = Rig::new();
    let spec = SandboxSpec { network: Network::Egress, ..rig.spec() };
    rig.launch(&spec).await;
    let report = rig.engine.report(&spec.id).await.unwrap().unwrap();
    assert!(report.warnings.iter().any(|it| it.contains("no egress") && it.contains(words)), "{report:?}");
    assert!(!report.enforced.iter().any(|it| it.contains("egress")), "{report:?}");
    let devices = rig.sh(&spec.id, "tail -n +3 /proc/net/dev | cut -d: -f1").await.out;
    assert_eq!(devices.trim(), "lo");
    rig.engine.destroy(&spec.id).await.unwrap();
    let check = doctors_word();
    assert!(check.status == CheckStatus::Degraded && check.found.contains(words), "{check:?}");
}

/// What `daytona doctor` says of a user's egress.
fn doctors_word() -> Check {
    let checks = daytona_engine::doctor(&support::launcher());
    checks.into_iter().find(|check| check.name.contains("egress")).unwrap()
}

#[tokio::test]
async fn without_pasta_the_package_is_named() {
    without(
        "without_pasta_the_package_is_named",
        "mount --bind /dev/null /usr/bin/pasta",
        "apt-get install passt",
    )
    .await;
}

#[tokio::test]
async fn without_nft_the_package_is_named() {
    without(
        "without_nft_the_package_is_named",
        "mount --bind /dev/null /usr/sbin/nft",
        "apt-get install nftables",
    )
    .await;
}

#[tokio::test]
async fn without_a_tun_device_the_way_to_one_is_named() {
    without(
        "without_a_tun_device_the_way_to_one_is_named",
        "chmod 600 /dev/net/tun",
        "chmod 0666 /dev/net/tun",
    )
    .await;
}

#[tokio::test]
async fn without_rules_there_is_no_device() {
    without("without_rules_there_is_no_device", "mount --bind /usr/bin/false /usr/sbin/nft", "nft").await;
}

/// Each check above is seen to find what it looks for, with its control off.
#[cfg(feature = "weaken")]
mod weakened {
    use super::*;

    #[tokio::test]
    async fn without_rules_everything_nearer_is_reached() {
        if handed_over("weakened::without_rules_everything_nearer_is_reached", "") {
            return;
        }
        let _everywhere = TcpListener::bind("0.0.0.0:80").unwrap();
        let rig = Rig::weakened("rules");
        let spec = with_egress(&rig).await;
        let found = reached(&rig, &spec.id, 80, &nearer()).await;
        for to in ["10.9.9.9", "192.168.9.9", "169.254.169.254", "203.0.113.1", "203.0.113.2", RESOLVER] {
            assert!(found.iter().any(|it| it == to), "{to} is not reached: {found:?}");
        }
        // The gateway is no one's address, rules or not.
        assert!(!found.iter().any(|it| it == GATEWAY), "{found:?}");
        rig.engine.destroy(&spec.id).await.unwrap();
    }

    #[tokio::test]
    async fn with_the_gateway_mapped_the_hosts_loopback_is_reached() {
        if handed_over("weakened::with_the_gateway_mapped_the_hosts_loopback_is_reached", "") {
            return;
        }
        let _loopback = TcpListener::bind("127.0.0.1:80").unwrap();
        let rig = Rig::weakened("rules,map-gw");
        let spec = with_egress(&rig).await;
        assert_eq!(reached(&rig, &spec.id, 80, &[GATEWAY.to_owned()]).await, [GATEWAY]);
        rig.engine.destroy(&spec.id).await.unwrap();
    }

    #[tokio::test]
    async fn with_ports_forwarded_both_ways_are_open() {
        if handed_over("weakened::with_ports_forwarded_both_ways_are_open", "") {
            return;
        }
        let rig = Rig::weakened("ports");
        let reach = escape::Reach::offer(rig.data.path());
        let spec = with_egress(&rig).await;
        assert!(reach.tried_from(&rig, &spec.id).await["port"], "the host's loopback");
        rig.sh(&spec.id, "python3 -m http.server 8080 >/dev/null 2>&1 &").await;
        until("the host reaches the sandbox", || TcpStream::connect("127.0.0.1:8080").is_ok()).await;
        rig.engine.destroy(&spec.id).await.unwrap();
    }

    #[tokio::test]
    async fn with_ports_of_its_own_a_sandbox_takes_those_of_the_host() {
        if handed_over("weakened::with_ports_of_its_own_a_sandbox_takes_those_of_the_host", "") {
            return;
        }
        assert!(!port_stays_the_hosts(&Rig::weakened("udp-ports")).await);
    }

    #[tokio::test]
    async fn rules_that_do_not_follow_leave_a_later_address_open() {
        if handed_over("weakened::rules_that_do_not_follow_leave_a_later_address_open", "") {
            return;
        }
        assert!(a_later_address_is_open(&Rig::weakened("renew")).await);
    }

    /// What the kernel does not end, whoever comes next does.
    #[tokio::test]
    async fn a_pasta_that_outlived_its_monitor_is_cleaned_up() {
        if handed_over("weakened::a_pasta_that_outlived_its_monitor_is_cleaned_up", "") {
            return;
        }
        let rig = Rig::weakened("pasta-death");
        let spec = with_egress(&rig).await;
        let (pasta, init) = (pasta_of(&rig, &spec.id), support::init_of(&rig, &spec.id));
        let monitor = rustix::process::Pid::from_raw(support::monitor_of(&rig, &spec.id)).unwrap();
        rustix::process::kill_process(monitor, rustix::process::Signal::KILL).unwrap();
        until("the init is gone", || !std::fs::exists(format!("/proc/{init}/root")).unwrap_or(false)).await;
        assert!(runs(pasta), "it dies without the signal, so the test of that shows nothing");
        rig.engine.status(&spec.id).await.unwrap();
        until("pasta is cleaned up", || !runs(pasta)).await;
        rig.engine.destroy(&spec.id).await.unwrap();
    }
}
