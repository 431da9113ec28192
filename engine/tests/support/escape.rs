//! Running `escape.py` in a sandbox, and offering things on the host that it must not reach.

use super::Rig;
use daytona_engine::SandboxSpec;
use daytona_engine::spec::User;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};

/// Tries everything, and returns what was found by check.
pub(crate) async fn probe(rig: &Rig, id: &str) -> BTreeMap<String, String> {
    let given = json!({ "refused": refused(), "init": "stand-in" }).to_string();
    let ran = rig.run(id, &["/usr/bin/python3", "-I", "-c", include_str!("escape.py"), &given]).await;
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

/// The numbers of the calls a sandbox is refused.
pub(crate) fn refused() -> Vec<i64> {
    let mut numbers = daytona_engine::launcher::REFUSED.to_vec();
    #[cfg(target_arch = "x86_64")]
    numbers.extend([
        libc::SYS__sysctl,
        libc::SYS_ioperm,
        libc::SYS_iopl,
        libc::SYS_sysfs,
        libc::SYS_uselib,
        libc::SYS_ustat,
    ]);
    numbers
}

/// Who root inside is: as the sandbox's own id map has it, and as the host sees its init.
pub(crate) async fn root_inside(rig: &Rig, spec: &SandboxSpec) -> (Vec<u32>, u32) {
    let map = rig.sh(&spec.id, "id -u; cat /proc/self/uid_map").await.out;
    let fields = map.split_whitespace().map(|field| field.parse().unwrap()).collect();
    (fields, super::user_of(super::init_of(rig, &spec.id)))
}

/// Leaves a secret in sandbox `one` and returns what `two` sees of it.
pub(crate) async fn secret_of(rig: &Rig, one: &str, two: &str) -> String {
    rig.sh(one, "echo secret > /tmp/mine; echo secret > /dev/shm/mine").await;
    rig.sh(two, "cat /tmp/mine /dev/shm/mine 2>/dev/null; ls -A /tmp /dev/shm").await.out
}

/// A sandbox whose user is root inside.
pub(crate) fn as_root(rig: &Rig) -> SandboxSpec {
    let user = User { name: "root".to_owned(), uid: 0, gid: 0, home: PathBuf::from("/root") };
    SandboxSpec { user, ..rig.spec() }
}

/// Things on the host, there to be found.
pub(crate) struct Reach {
    tcp: TcpListener,
    abstract_name: String,
    _abstract: UnixListener,
    folder: PathBuf,
}

impl Reach {
    pub(crate) fn offer(folder: &Path) -> Self {
        let abstract_name = format!("daytona-test-{}-{}", std::process::id(), folder.display());
        let address = SocketAddr::from_abstract_name(&abstract_name).unwrap();
        Self {
            tcp: TcpListener::bind("127.0.0.1:0").unwrap(),
            _abstract: UnixListener::bind_addr(&address).unwrap(),
            abstract_name,
            folder: folder.to_owned(),
        }
    }

    /// Which of them can be reached from a sandbox.
    pub(crate) async fn tried_from(&self, rig: &Rig, id: &str) -> BTreeMap<String, bool> {
        let code = format!(
            "import json, os, socket\n\
             def same(path, host):\n\
             \x20   try: found = os.stat(path)\n\
             \x20   except OSError: return False\n\
             \x20   return [found.st_dev, found.st_ino] in host\n\
             def reach(family, address):\n\
             \x20   try:\n\
             \x20       with socket.socket(family) as s: s.settimeout(3); s.connect(address); return True\n\
             \x20   except OSError: return False\n\
             print(json.dumps({{\n\
             'port': reach(socket.AF_INET, ('127.0.0.1', {port})),\n\
             'abstract': reach(socket.AF_UNIX, '\\0' + {name:?}),\n\
             'state': any(os.path.exists(root + {folder:?}) for root in ('', '/..')),\n\
             'homes': set(os.listdir('/home')) - {{'daytona'}} != set()\n\
             \x20   or any(same(root + home, {homes:?}) for root in ('', '/..') for home in ('/home', '/root')),\n\
             'network': os.readlink('/proc/self/ns/net') == {network:?},\n\
             }}))",
            port = self.tcp.local_addr().unwrap().port(),
            name = self.abstract_name,
            folder = self.folder.display().to_string(),
            homes = ["/home", "/root"].map(|home| {
                let found = std::fs::metadata(home).unwrap();
                [found.dev(), found.ino()]
            }),
            network = std::fs::read_link("/proc/self/ns/net").unwrap().display().to_string(),
        );
        let ran = rig.python(id, &code).await;
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
    }

    /// What [`Reach::tried_from`] finds when all is well.
    pub(crate) fn nothing() -> BTreeMap<String, bool> {
        ["port", "abstract", "state", "homes", "network"].map(|name| (name.to_owned(), false)).into()
    }
}
