//! The folder of a sandbox: making it and its writable layer.

use crate::SandboxSpec;
use crate::folder::Folder;
use crate::remove::remove_tree;
use crate::spec::IdMap;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Less does not hold an ext4 file system with a journal.
const SMALLEST_DISK: u64 = 16 << 20;

/// Makes the folder of a sandbox, or nothing.
pub(super) fn create(folder: &Folder, spec: &SandboxSpec) -> io::Result<()> {
    if let Some(parent) = folder.path().parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    }
    DirBuilder::new().mode(0o700).create(folder.path())?;
    let made = fill(folder, spec);
    if made.is_err() {
        let _ = remove_tree(folder.path());
    }
    made
}

/// The sandboxes that have a folder.
pub(super) fn list(dir: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut ids = Vec::new();
    for entry in entries {
        let entry = entry?;
        if let Ok(name) = entry.file_name().into_string()
            && crate::spec::check_id(&name).is_ok()
            && entry.file_type()?.is_dir()
        {
            ids.push(name);
        }
    }
    ids.sort_unstable();
    Ok(ids)
}

fn fill(folder: &Folder, spec: &SandboxSpec) -> io::Result<()> {
    folder.write_spec(spec)?;
    match (spec.ids, mkfs()) {
        (IdMap::Range { .. }, Some(mkfs)) if Path::new("/dev/loop-control").exists() => {
            make_disk(&mkfs, &folder.disk(), spec.limits.disk_bytes)
        }
        _ => make_folders(folder, spec.ids),
    }
}

fn make_folders(folder: &Folder, ids: IdMap) -> io::Result<()> {
    let writable = folder.writable();
    fs::create_dir(&writable)?;
    for (name, mode) in [("upper", 0o755), ("work", 0o700)] {
        let path = writable.join(name);
        fs::create_dir(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(mode))?;
        if let IdMap::Range { base, .. } = ids {
            chown(&path, Some(base), Some(base))?;
        }
    }
    Ok(())
}

/// Makes an ext4 file system in a sparse file: it takes what is used of it, and holds one file for each 8 KiB.
fn make_disk(mkfs: &Path, image: &Path, bytes: u64) -> io::Result<()> {
    if bytes < SMALLEST_DISK {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("a disk of {bytes} bytes is too small, {SMALLEST_DISK} is the least"),
        ));
    }
    File::options().write(true).create_new(true).open(image)?.set_len(bytes)?;
    let made = Command::new(mkfs)
        .args(["-q", "-F", "-b", "4096", "-i", "8192", "-m", "0", "-J", "size=4"])
        .args(["-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard"])
        .arg(image)
        .stdin(Stdio::null())
        .output()?;
    if made.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&made.stderr);
    Err(io::Error::other(format!("{} {}: {}", mkfs.display(), made.status, said.trim())))
}

/// `mkfs.ext4`, which lies where an ordinary user's PATH does not lead.
pub(crate) fn mkfs() -> Option<PathBuf> {
    ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin"]
        .iter()
        .map(|folder| Path::new(folder).join("mkfs.ext4"))
        .find(|path| path.is_file())
}
