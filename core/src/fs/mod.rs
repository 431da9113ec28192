//! Files and folders of a sandbox. Contents are streamed both ways in bounded memory.
//!
//! What must stay true: a body that was cut short is an error, never a short file.

mod delete;
mod download;
mod download_to;
mod find;
mod folder;
mod info;
mod list;
mod permissions;
mod rename;
mod replace;
mod search;
mod upload;
mod upload_batch;
mod upload_many;

pub use find::Match;
pub use info::FileInfo;
pub use permissions::FilePermissions;
pub use replace::ReplaceResult;
pub use upload::Upload;

use crate::{Error, Result, Sandbox, Timeout};
use bytes::Bytes;
use futures::stream::BoxStream;
use std::time::Duration;

/// How long a walk through a whole tree may take.
const TREE_TIMEOUT: Timeout = Timeout::after(Duration::from_secs(600));

/// A file's content as it arrives. It ends with an error when the connection breaks; a stream that ended
/// without one delivered the whole file.
pub type ByteStream = BoxStream<'static, Result<Bytes>>;

/// Works with the files of one sandbox.
#[derive(Clone, Debug)]
pub struct FileSystem {
    sandbox: Sandbox,
}

impl FileSystem {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }
}

fn check_path(verb: &str, path: &str) -> Result<()> {
    match path {
        "" => Err(Error::validation(verb, "the path in the sandbox is empty")),
        path if path.contains('\0') => {
            Err(Error::validation(verb, "the path in the sandbox contains a NUL character"))
        }
        _ => Ok(()),
    }
}
