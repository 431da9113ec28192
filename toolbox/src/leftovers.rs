//! Hidden files that a toolbox leaves when it is killed in the middle of its work: the uploads and programs
//! that stood in the working folder. Uploads to other folders are not looked for, since they may be anywhere.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// How the names of uploads that are not complete begin.
pub(crate) const UPLOAD: &str = ".daytona-upload-";
/// How the names of programs that need a file begin.
pub(crate) const PROGRAM: &str = ".daytona-run-";
/// And how they end.
pub(crate) const PROGRAM_END: &str = ".ts";
/// How many random letters and digits are in between.
pub(crate) const RANDOM: usize = 6;

/// Removes what an earlier toolbox left in `folder`. Call before the first request. What cannot be removed
/// stays: it is in no one's way.
pub(crate) fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        // The type of the entry itself: a link is not followed.
        if is_ours(&entry.file_name()) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether this toolbox makes such names. As narrow as can be, lest a user's file looks like one.
fn is_ours(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let upload = name.strip_prefix(UPLOAD.as_bytes());
    let program =
        name.strip_prefix(PROGRAM.as_bytes()).and_then(|rest| rest.strip_suffix(PROGRAM_END.as_bytes()));
    upload
        .or(program)
        .is_some_and(|random| random.len() == RANDOM && random.iter().all(u8::is_ascii_alphanumeric))
}
