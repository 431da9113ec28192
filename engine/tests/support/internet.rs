//! A machine with one uplink, behind which another network namespace plays the internet and holds every address that
//! is tried, so what is refused is refused by rules and not by absence.

use super::Rig;
use daytona_engine::spec::Network;
use daytona_engine::{Engine as _, SandboxSpec};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

pub(crate) fn tool(line: &str) {
    let words: Vec<_> = line.split(' ').collect();
    let done = Command::new(words[0]).args(&words[1..]).output().unwrap();
    assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
}

pub(crate) fn said(line: &str) -> String {
    let words: Vec<_> = line.split(' ').collect();
    String::from_utf8(Command::new(words[0]).args(&words[1..]).output().unwrap().stdout).unwrap()
}

pub(crate) const PUBLIC: &str = "198.51.100.7";
pub(crate) const REFUSED: [&str; 9] = [
    "10.9.9.9",
    "172.16.9.9",
    "192.168.9.9",
    "100.64.9.9",
    "169.254.169.254",
    "127.0.0.1",
    "224.0.0.9",
    "203.0.113.2",
    "203.0.113.1",
];

/// A network namespace, and the process that serves ports 80 and 53 on all its addresses.
pub(crate) struct Elsewhere(Child);

impl Elsewhere {
    /// Joined to this namespace by a pair of devices: `here` and `there`.
    pub(crate) fn new(here: &str, there: &str) -> Self {
        let code = "import socket, threading, sys\n\
                    def tcp(port):\n\
                    \x20   s = socket.create_server(('0.0.0.0', port))\n\
                    \x20   while True: s.accept()[0].close()\n\
                    def udp():\n\
                    \x20   s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
                    \x20   s.setsockopt(0, 8, 1)\n\
                    \x20   s.bind(('0.0.0.0', 53))\n\
                    \x20   while True:\n\
                    \x20       data, info, _, peer = s.recvmsg(99, 99)\n\
                    \x20       s.sendmsg([data], info, 0, peer)\n\
                    for f, a in ((tcp, (80,)), (tcp, (53,)), (udp, ())):\n\
                    \x20   threading.Thread(target=f, args=a, daemon=True).start()\n\
                    print('ready', flush=True)\n\
                    sys.stdin.read()\n";
        let mut child = Command::new("unshare")
            .args(["--net", "/usr/bin/python3", "-c", code])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        let elsewhere = Self(child);
        tool(&format!("ip link add {here} type veth peer name {there} netns {}", elsewhere.0.id()));
        elsewhere.run("ip link set lo up");
        elsewhere
    }

    pub(crate) fn run(&self, line: &str) {
        tool(&format!("nsenter -t {} -n {line}", self.0.id()));
    }

    /// Whether a TCP port answers from there.
    pub(crate) fn reaches(&self, address: &str, port: u16) -> bool {
        let code = format!("import socket; socket.create_connection(({address:?}, {port}), 2)");
        let mut command = Command::new("nsenter");
        command.args(["-t", &self.0.id().to_string(), "-n", "/usr/bin/python3", "-c", &code]);
        command.output().unwrap().status.success()
    }
}

/// What is behind the uplink.
pub(crate) struct Internet(pub(crate) Elsewhere);

impl Internet {
    pub(crate) fn new(resolvers: &[String]) -> Self {
        tool("ip link set lo up");
        let there = Elsewhere::new("up0", "wan");
        tool("ip addr add 203.0.113.2/24 dev up0");
        tool("ip link set up0 up");
        tool("ip route add default via 203.0.113.1");
        there.run("ip addr add 203.0.113.1/24 dev wan");
        there.run("ip link set wan up");
        let own = [PUBLIC]
            .into_iter()
            .chain(REFUSED[..5].iter().copied())
            .chain(resolvers.iter().map(String::as_str));
        for address in own {
            there.run(&format!("ip addr add {address}/32 dev lo"));
        }
        Self(there)
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Which of the addresses answer, over TCP on a port.
pub(crate) async fn reached(rig: &Rig, id: &str, port: u16, addresses: &[String]) -> Vec<String> {
    let code = format!(
        "import json, socket\n\
         def reach(to):\n\
         \x20   try: socket.create_connection((to, {port}), 2).close(); return True\n\
         \x20   except OSError: return False\n\
         print(json.dumps([to for to in {addresses:?} if reach(to)]))"
    );
    let ran = rig.python(id, &code).await;
    let found: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    found.as_array().unwrap().iter().map(|to| to.as_str().unwrap().to_owned()).collect()
}

pub(crate) fn host_resolvers() -> Vec<String> {
    let text = std::fs::read_to_string("/etc/resolv.conf").unwrap();
    text.lines().filter_map(|line| line.strip_prefix("nameserver ")).map(|it| it.trim().to_owned()).collect()
}

pub(crate) async fn with_egress(rig: &Rig) -> SandboxSpec {
    let spec = SandboxSpec { network: Network::Egress, ..rig.spec() };
    rig.engine.create(&spec).await.unwrap();
    rig.engine.start(&spec).await.unwrap();
    let report = rig.engine.report(&spec.id).await.unwrap().unwrap();
    assert!(report.enforced.iter().any(|control| control.contains("egress")), "{report:?}");
    assert!(!report.warnings.iter().any(|warning| warning.contains("egress")), "{report:?}");
    spec
}
