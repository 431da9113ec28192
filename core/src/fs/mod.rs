//! Files of a sandbox, streamed both ways in bounded memory.
//!
//! What must stay true: a body that was cut short is an error, never a short file.

mod download;
mod download_to;
mod upload;

pub use upload::Upload;

use crate::{Error, Result, Sandbox};
use bytes::Bytes;
use futures::stream::BoxStream;

/// A file's content as it arrives. It ends with an error when the connection breaks; a stream that ended
/// without one delivered the whole file.
pub type ByteStream = BoxStream<'static, Result<Bytes>>;

/// Moves files in and out of one sandbox.
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
