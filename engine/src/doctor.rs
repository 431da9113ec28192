//! What this machine can give a sandbox, tried rather than guessed, with the remedy for what is missing.

use crate::launcher::{Probe, Tried};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// All that could be wished for.
    Ok,
    /// Sandboxes run, with less.
    Degraded,
    /// No sandbox runs without it.
    Missing,
}

/// One thing this machine was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was looked at, in a few words.
    pub name: String,
    /// How it came out.
    pub status: CheckStatus,
    /// What was found.
    pub found: String,
    /// What to do about it; empty when nothing needs to be done.
    pub remedy: String,
}

impl Check {
    fn new(name: &str, status: CheckStatus, found: impl Into<String>, remedy: &str) -> Self {
        let remedy = if status == CheckStatus::Ok { "" } else { remedy };
        Self { name: name.to_owned(), status, found: found.into(), remedy: remedy.to_owned() }
    }
}

/// Looks at everything a sandbox is made of. Blocks for some tens of milliseconds; `launcher` does the trying, since
/// a program with threads cannot.
#[must_use]
pub fn doctor(launcher: &Path) -> Vec<Check> {
    let probe = probe(launcher);
    let mut checks = match &probe {
        Ok(probe) => namespaces(probe),
        Err(error) => vec![Check::new(
            "launcher",
            CheckStatus::Missing,
            format!("{}: {error}", launcher.display()),
            "install the package anew: it brings daytona-launcher",
        )],
    };
    checks.push(ids());
    checks.extend(control_groups());
    checks.push(disk());
    checks.push(egress(probe.ok().as_ref()));
    checks.extend(
        [("python3", "python3"), ("node", "nodejs")].map(|(program, package)| interpreter(program, package)),
    );
    checks
}

fn probe(launcher: &Path) -> std::io::Result<Probe> {
    let done = Command::new(launcher).arg("probe").stdin(Stdio::null()).output()?;
    serde_json::from_slice(&done.stdout).map_err(|error| {
        let said = String::from_utf8_lossy(&done.stderr);
        std::io::Error::other(format!("{error} ({}; {})", done.status, said.trim()))
    })
}

fn namespaces(probe: &Probe) -> Vec<Check> {
    const USERNS: &str = "allow user namespaces: sysctl -w user.max_user_namespaces=65536; where AppArmor restricts \
                          them also kernel.apparmor_restrict_unprivileged_userns=0; in a container run it with \
                          --security-opt seccomp=unconfined --security-opt apparmor=unconfined, or as root";
    let needed = |name: &str, tried: &Tried, remedy: &str| match tried {
        Tried::Works => Check::new(name, CheckStatus::Ok, "works", remedy),
        Tried::Fails(why) => Check::new(name, CheckStatus::Missing, why.clone(), remedy),
    };
    vec![
        needed("user namespaces", &probe.user_namespace, USERNS),
        needed("process, network and other namespaces", &probe.namespaces, USERNS),
        needed("overlayfs in a user namespace", &probe.overlay, "use Linux 5.12 or newer with overlayfs"),
        needed(
            "/proc in a process namespace",
            &probe.proc,
            "in a container run it with --security-opt systempaths=unconfined",
        ),
        needed("seccomp filters", &probe.seccomp, "use a kernel with CONFIG_SECCOMP_FILTER"),
    ]
}

fn ids() -> Check {
    let name = "user ids";
    if rustix::process::geteuid().is_root() {
        return Check::new(name, CheckStatus::Ok, "root: 65,536 ids for each sandbox", "");
    }
    Check::new(
        name,
        CheckStatus::Degraded,
        "ordinary user: one id for each sandbox, which has no root inside",
        "run the server as root for sandboxes with a root user of their own",
    )
}

fn control_groups() -> Vec<Check> {
    let usable = match crate::cgroup::hierarchies() {
        Ok(usable) => usable,
        Err(error) => {
            return vec![Check::new("control groups", CheckStatus::Degraded, error.to_string(), DELEGATE)];
        }
    };
    crate::cgroup::CONTROLLERS
        .iter()
        .map(|controller| {
            let at = usable.iter().find(|at| at.controllers.contains(controller));
            let name = format!("control group: {controller}");
            match at {
                Some(at) => {
                    let mut found = format!("version {}, beneath {}", at.version, at.parent.display());
                    if at.holds_us {
                        found.push_str(", which the server leaves for a group beneath it");
                    }
                    Check::new(&name, CheckStatus::Ok, found, "")
                }
                None => Check::new(&name, CheckStatus::Degraded, "none this user may make", DELEGATE),
            }
        })
        .collect()
}

const DELEGATE: &str = "run the server as root, or as a systemd user service (Delegate=yes); until then each process \
                        is limited and not the sandbox as a whole";

fn disk() -> Check {
    let name = "disk quota";
    let root = rustix::process::geteuid().is_root();
    let device = Path::new("/dev/loop-control").exists();
    let mkfs = crate::namespaces::mkfs();
    match (root, device, mkfs) {
        (true, true, Some(mkfs)) => {
            Check::new(name, CheckStatus::Ok, format!("loop device and {}", mkfs.display()), "")
        }
        (true, false, _) => Check::new(
            name,
            CheckStatus::Degraded,
            "no /dev/loop-control",
            "modprobe loop; in a container run it with --device /dev/loop-control and the loop devices",
        ),
        (true, true, None) => {
            Check::new(name, CheckStatus::Degraded, "no mkfs.ext4", "apt-get install e2fsprogs")
        }
        (false, ..) => Check::new(
            name,
            CheckStatus::Degraded,
            "an ordinary user cannot mount a disk image: files are bounded one by one",
            "run the server as root",
        ),
    }
}

fn egress(probe: Option<&Probe>) -> Check {
    let name = "egress to the internet";
    if rustix::process::geteuid().is_root() {
        let missing: BTreeSet<_> = [("nft", "nftables"), ("ip", "iproute2")]
            .into_iter()
            .filter(|(program, _)| find(program).is_none())
            .map(|(_, package)| package)
            .collect();
        if missing.is_empty() {
            return Check::new(name, CheckStatus::Ok, "veth and nftables", "");
        }
        let install = format!("apt-get install {}", missing.into_iter().collect::<Vec<_>>().join(" "));
        return Check::new(name, CheckStatus::Degraded, "sandboxes have no network", &install);
    }
    let remedy =
        "apt-get install passt nftables; /dev/net/tun must be there and open to this user (chmod 0666)";
    match probe.map(|probe| &probe.egress) {
        Some(Tried::Works) => Check::new(name, CheckStatus::Ok, "pasta and nftables", ""),
        Some(Tried::Fails(why)) => {
            Check::new(name, CheckStatus::Degraded, format!("sandboxes have no network: {why}"), remedy)
        }
        None => Check::new(name, CheckStatus::Degraded, "sandboxes have no network", remedy),
    }
}

/// The `host` image shows `/usr` only, so an interpreter elsewhere is of no use.
fn interpreter(program: &str, package: &str) -> Check {
    let name = format!("{program} for the host image");
    let found = ["/usr/bin", "/usr/local/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(program))
        .find(|p| p.exists());
    match found {
        Some(path) => Check::new(&name, CheckStatus::Ok, path.display().to_string(), ""),
        None => {
            let remedy = format!("apt-get install {package}, or use an image that has it");
            Check::new(&name, CheckStatus::Degraded, "not beneath /usr", &remedy)
        }
    }
}

/// Finds a program on PATH and where an ordinary user's PATH does not lead.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/bin", "/bin"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}
