//! Moving files.

use super::{FileSystem, TREE_TIMEOUT, check_path};
use crate::Result;

impl FileSystem {
    /// Moves or renames a file or folder.
    ///
    /// # Errors
    /// `NotFound` when there is none, or no folder to move it to; `Conflict` when the destination exists.
    pub async fn move_files(&self, source: &str, destination: &str) -> Result<()> {
        let verb = format!("move {source} to {destination} in sandbox {}", self.sandbox.id());
        check_path(&verb, source)?;
        check_path(&verb, destination)?;
        // The second time the source is gone.
        self.sandbox
            .toolbox_post(&verb, &["files", "move"], TREE_TIMEOUT.deadline(), |call| {
                call.query.push(("source", source.to_owned()));
                call.query.push(("destination", destination.to_owned()));
                Ok(())
            })
            .await
    }
}
