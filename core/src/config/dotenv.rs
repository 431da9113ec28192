//! Reads `.env` files without touching the process environment.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// More than any file of settings holds; what lies beyond is not read.
const LIMIT: u64 = 1 << 20;

/// The variables of one file. A file that is absent (or a folder: some name their virtualenv `.env`) has
/// none; a line that is not `KEY=value` is skipped with a warning, since it may belong to another program.
pub(super) fn read(path: &Path, warnings: &mut Vec<String>) -> BTreeMap<String, String> {
    let mut text = Vec::new();
    match std::fs::File::open(path) {
        Ok(file) if file.metadata().is_ok_and(|meta| meta.is_file()) => {
            if let Err(error) = file.take(LIMIT).read_to_end(&mut text) {
                warnings.push(format!("{} could not be read: {error}", path.display()));
                return BTreeMap::new();
            }
        }
        Ok(_) => return BTreeMap::new(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return BTreeMap::new(),
        Err(error) => {
            warnings.push(format!("{} could not be read: {error}", path.display()));
            return BTreeMap::new();
        }
    }
    let text = String::from_utf8_lossy(&text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut vars = BTreeMap::new();
    let mut bad_lines = 0;
    for item in dotenvy::from_read_iter(text.as_bytes()) {
        match item {
            // As everywhere else, the last of two equal keys counts.
            Ok((key, value)) => drop(vars.insert(key, value)),
            Err(_) => bad_lines += 1,
        }
    }
    if bad_lines > 0 {
        // The line itself may hold a secret, so it is not repeated.
        warnings.push(format!("{} has {bad_lines} line(s) that are not KEY=value; skipped", path.display()));
    }
    vars
}
