//! The `host` image: this machine's own `/usr`, read-only, on a small synthesised root.
//!
//! Nothing of the host's home folders, `/root` or `/var` is in it. Of `/etc` it takes a list of files that
//! programs in `/usr` need and that every user of the machine may read; users and groups are its own.

use super::layer::{Entry, Layer};
use crate::spec::{BindMount, User};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Where the tools layer appears inside.
pub const TOOLS: &str = "/opt/daytona/tools";

/// The user of the image.
pub const USER: &str = "daytona";

/// The folder of the user.
pub const HOME: &str = "/home/daytona";

const UID: u32 = 1000;

/// More of one file is not configuration.
const LARGEST_FILE: u64 = 8 << 20;

/// What a sandbox of this image is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct HostImage {
    /// For [`crate::SandboxSpec::layers`].
    pub layers: Vec<PathBuf>,
    /// For [`crate::SandboxSpec::mounts`].
    pub mounts: Vec<BindMount>,
    /// For [`crate::SandboxSpec::user`].
    pub user: User,
}

/// Makes the image's base layer in `images_dir` unless it is there, and says what a sandbox of it consists of.
/// `tools` is the tools layer's folder; it is left out while it does not exist.
///
/// # Errors
/// When `/etc` cannot be read or the layer cannot be written.
pub fn prepare(images_dir: &Path, tools: &Path) -> io::Result<HostImage> {
    let mut layer = Layer::default();
    let mut mounts = vec![read_only("/usr", "/usr")];
    skeleton(&mut layer);
    system_folders(Path::new("/"), &mut layer, &mut mounts)?;
    accounts(&mut layer);
    for name in ETC {
        take(Path::new("/etc").join(name).as_path(), &mut layer)?;
    }
    if tools.is_dir() {
        mounts.push(BindMount { source: tools.to_owned(), ..read_only(TOOLS, TOOLS) });
    }
    let user = User { name: USER.to_owned(), uid: UID, gid: UID, home: PathBuf::from(HOME) };
    Ok(HostImage { layers: vec![layer.store(images_dir, "host")?], mounts, user })
}

fn read_only(source: &str, target: &str) -> BindMount {
    BindMount { source: PathBuf::from(source), target: PathBuf::from(target), read_only: true }
}

fn skeleton(layer: &mut Layer) {
    for name in [
        "dev",
        "home",
        "media",
        "mnt",
        "opt/daytona/tools",
        "proc",
        "run",
        "srv",
        "sys",
        "usr",
        "var/cache",
        "var/lib",
        "var/log",
        "var/spool",
    ] {
        layer.add(name, Entry::Folder(0o755));
    }
    layer.add("root", Entry::Folder(0o700));
    layer.add("tmp", Entry::Folder(0o1777));
    layer.add("var/tmp", Entry::Folder(0o1777));
    layer.add("var/run", Entry::Link(PathBuf::from("/run")));
    // The last place npx looks before it downloads: clients of version 0.14 run TypeScript by `npx ts-node`.
    layer.add("node_modules/.bin", Entry::Link(Path::new(TOOLS).join("node/node_modules/.bin")));
}

/// `/bin`, `/lib` and their like: links into `/usr` on most systems, folders of their own on others.
fn system_folders(root: &Path, layer: &mut Layer, mounts: &mut Vec<BindMount>) -> io::Result<()> {
    for name in ["bin", "lib", "lib32", "lib64", "libx32", "sbin"] {
        let path = root.join(name);
        let Ok(found) = fs::symlink_metadata(&path) else { continue };
        if found.is_symlink() {
            layer.add(name, Entry::Link(fs::read_link(&path)?));
        } else if found.is_dir() {
            layer.add(name, Entry::Folder(0o755));
            mounts.push(BindMount { source: path, ..read_only("", &format!("/{name}")) });
        }
    }
    Ok(())
}

fn accounts(layer: &mut Layer) {
    let shell = if Path::new("/usr/bin/bash").exists() { "/bin/bash" } else { "/bin/sh" };
    let text = |text: String| Entry::File(0o644, text.into_bytes());
    layer.add(
        "etc/passwd",
        text(format!(
            "root:x:0:0:root:/root:{shell}\n\
             daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n\
             {USER}:x:{UID}:{UID}:Daytona:{HOME}:{shell}\n\
             nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
        )),
    );
    layer.add(
        "etc/group",
        text(format!(
            "root:x:0:\ndaemon:x:1:\ntty:x:5:\nstaff:x:50:\nusers:x:100:\n{USER}:x:{UID}:\nnogroup:x:65534:\n"
        )),
    );
    layer
        .add("etc/hosts", text("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n".to_owned()));
    layer.add("etc/nsswitch.conf", text("passwd: files\ngroup: files\nhosts: files dns\n".to_owned()));
    layer.add("etc/resolv.conf", text("# No name server: this sandbox has no network.\n".to_owned()));
    layer.add("etc/shells", text("/bin/sh\n/bin/bash\n".to_owned()));
    layer.add("etc/mtab", Entry::Link(PathBuf::from("/proc/self/mounts")));
    layer.add("etc/machine-id", text(String::new()));
}

/// What of `/etc` comes along. No file in it names a person, a key or another machine.
const ETC: [&str; 33] = [
    "alternatives",
    "bash.bashrc",
    "ca-certificates",
    "ca-certificates.conf",
    "crypto-policies",
    "debian_version",
    "fonts",
    "inputrc",
    "java-11-openjdk",
    "java-17-openjdk",
    "java-21-openjdk",
    "java-25-openjdk",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "locale.alias",
    "localtime",
    "magic",
    "magic.mime",
    "mime.types",
    "os-release",
    "pki/ca-trust",
    "pki/tls",
    "profile",
    "protocols",
    "python3",
    "python3.11",
    "redhat-release",
    "rpc",
    "services",
    "ssl/certs",
    "ssl/openssl.cnf",
    "timezone",
];

/// Copies a file, link or folder of the host's into the layer, leaving out what not everyone may read.
fn take(path: &Path, layer: &mut Layer) -> io::Result<()> {
    let Ok(found) = fs::symlink_metadata(path) else { return Ok(()) };
    let mode = found.permissions().mode();
    let inside = path.strip_prefix("/").unwrap_or(path);
    if found.is_symlink() {
        layer.add(inside, Entry::Link(fs::read_link(path)?));
    } else if found.is_dir() && mode & 0o005 == 0o005 {
        layer.add(inside, Entry::Folder(0o755));
        for entry in fs::read_dir(path)? {
            take(&entry?.path(), layer)?;
        }
    } else if found.is_file() && mode & 0o004 != 0 && found.len() <= LARGEST_FILE {
        layer.add(inside, Entry::File(0o644 | (mode & 0o111), fs::read(path)?));
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]
mod tests {
    use super::*;

    #[test]
    fn the_image_is_made_once_and_holds_no_home_of_the_host() {
        let images = tempfile::tempdir().unwrap();
        let first = prepare(images.path(), Path::new("/nonexistent")).unwrap();
        let again = prepare(images.path(), Path::new("/nonexistent")).unwrap();
        assert_eq!(first, again);
        let base = &first.layers[0];
        assert_eq!(fs::read_dir(base.join("home")).unwrap().count(), 0);
        assert_eq!(fs::read_dir(base.join("root")).unwrap().count(), 0);
        assert_eq!(fs::metadata(base.join("tmp")).unwrap().permissions().mode() & 0o7777, 0o1777);
        assert!(fs::read_to_string(base.join("etc/passwd")).unwrap().contains("daytona:x:1000:1000"));
        assert!(!base.join("etc/shadow").exists());
        assert_eq!(fs::read_dir(images.path()).unwrap().count(), 1);
    }
}
