//! A layer described in memory and written once: its name is the hash of what is in it.

use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

/// What is at one path of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A folder with these permissions.
    Folder(u32),
    /// A file with these permissions and this content.
    File(u32, Vec<u8>),
    /// A symbolic link.
    Link(PathBuf),
}

/// Paths relative to the root, parents before children (as a map sorts them).
#[derive(Debug, Default)]
pub(super) struct Layer(BTreeMap<PathBuf, Entry>);

impl Layer {
    /// Adds an entry and the folders it lies in.
    pub(super) fn add(&mut self, path: impl AsRef<Path>, entry: Entry) {
        let path = path.as_ref();
        for parent in path.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty()) {
            self.0.entry(parent.to_owned()).or_insert(Entry::Folder(0o755));
        }
        self.0.insert(path.to_owned(), entry);
    }

    /// Writes the layer into `images` under `prefix` and its hash, unless it is there, and returns its folder.
    pub(super) fn store(&self, images: &Path, prefix: &str) -> io::Result<PathBuf> {
        let place = images.join(format!("{prefix}-{}", &self.hash()[..32]));
        if place.is_dir() {
            return Ok(place);
        }
        DirBuilder::new().recursive(true).mode(0o700).create(images)?;
        let beside = images.join(format!(".{prefix}-{}.new", std::process::id()));
        crate::remove::remove_tree(&beside)?;
        let written = self.write(&beside).and_then(|()| fs::rename(&beside, &place));
        if let Err(error) = written {
            let _ = crate::remove::remove_tree(&beside);
            // Another server may have been faster; the same name means the same content.
            return if place.is_dir() { Ok(place) } else { Err(error) };
        }
        Ok(place)
    }

    fn hash(&self) -> String {
        let mut hash = Sha256::new();
        let mut feed = |bytes: &[u8]| {
            hash.update(bytes.len().to_le_bytes());
            hash.update(bytes);
        };
        for (path, entry) in &self.0 {
            feed(path.as_os_str().as_encoded_bytes());
            match entry {
                Entry::Folder(mode) => feed(format!("d{mode:o}").as_bytes()),
                Entry::File(mode, content) => {
                    feed(format!("f{mode:o}").as_bytes());
                    feed(content);
                }
                Entry::Link(to) => {
                    feed(b"l");
                    feed(to.as_os_str().as_encoded_bytes());
                }
            }
        }
        hex::encode(hash.finalize())
    }

    fn write(&self, root: &Path) -> io::Result<()> {
        fs::create_dir(root)?;
        fs::set_permissions(root, Permissions::from_mode(0o755))?;
        for (path, entry) in &self.0 {
            let path = root.join(path);
            match entry {
                Entry::Folder(mode) => {
                    fs::create_dir(&path)?;
                    fs::set_permissions(&path, Permissions::from_mode(*mode))?;
                }
                Entry::File(mode, content) => {
                    let mut file = File::create_new(&path)?;
                    file.write_all(content)?;
                    // The umask of this process has no say in what an image holds.
                    file.set_permissions(Permissions::from_mode(*mode))?;
                }
                Entry::Link(to) => symlink(to, &path)?,
            }
        }
        Ok(())
    }
}
