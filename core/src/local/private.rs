//! The data folder, closed to others before anything is written into it, and its small files, which only this
//! user can have written.

use std::fs::{DirBuilder, File};
use std::io::{self, Read};
use std::path::Path;

/// More than a key or `server.json` holds.
const LIMIT: u64 = 64 * 1024;

/// Makes the data folder of a local server, if need be. One that is there and empty, as `mkdir` leaves it, is
/// taken and closed to others; one that holds other things stays as it is, for the server to judge.
///
/// # Errors
/// What the system says.
pub fn make_data_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    close_if_empty(path)
}

#[cfg(unix)]
fn close_if_empty(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let meta = std::fs::metadata(path)?;
    let own = meta.uid() == rustix::process::geteuid().as_raw();
    if own && meta.mode() & 0o077 != 0 && std::fs::read_dir(path)?.next().is_none() {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn close_if_empty(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// The content of a file that belongs to this user and is closed to everyone else; none when there is none.
///
/// What is checked is the file that was opened, so it cannot be exchanged in between.
pub(super) fn read(path: &Path) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    check(&file)?;
    let mut text = String::new();
    file.take(LIMIT).read_to_string(&mut text)?;
    Ok(Some(text))
}

#[cfg(unix)]
fn check(file: &File) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let meta = file.metadata()?;
    let refuse = |reason: String| Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    let me = rustix::process::geteuid().as_raw();
    if !meta.is_file() {
        return refuse("it is not a regular file".into());
    }
    if meta.uid() != me {
        return refuse(format!("it belongs to user {}, not to you (user {me})", meta.uid()));
    }
    if meta.mode() & 0o077 != 0 {
        return refuse(format!("others may read or write it (mode {:o}); chmod 600 it", meta.mode() & 0o777));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check(_file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn only_a_closed_file_is_read() {
        let dir = tempfile::tempdir().expect("tempdir");
        let path = dir.path().join("api-key");
        assert_eq!(read(&path).expect("absent is no error"), None);
        std::fs::write(&path, "secret\n").expect("writes");
        let chmod =
            |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("chmod");
        for open in [0o640, 0o604, 0o620, 0o602, 0o644] {
            chmod(open);
            let error = read(&path).expect_err("others may touch it");
            assert!(error.to_string().contains("chmod 600"), "{error}");
            assert!(!error.to_string().contains("secret"));
        }
        chmod(0o600);
        assert_eq!(read(&path).expect("private").as_deref(), Some("secret\n"));
    }

    #[test]
    fn an_empty_folder_is_closed_and_one_in_use_left_alone() {
        let dir = tempfile::tempdir().expect("tempdir");
        let (missing, empty, used) =
            (dir.path().join("a/b"), dir.path().join("empty"), dir.path().join("used"));
        for path in [&empty, &used] {
            std::fs::create_dir(path).expect("made");
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("chmod");
        }
        std::fs::write(used.join("letter.txt"), "mine").expect("writes");
        for (path, mode) in [(&missing, 0o700), (&empty, 0o700), (&used, 0o755)] {
            make_data_dir(path).expect("there");
            let found = std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
            assert_eq!(found, mode, "{}", path.display());
        }
    }

    #[test]
    fn a_folder_is_refused() {
        let dir = tempfile::tempdir().expect("tempdir");
        read(dir.path()).expect_err("not a file");
    }
}
