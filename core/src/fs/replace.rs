//! Replacing text in files.

use super::{FileSystem, TREE_TIMEOUT, check_path};
use crate::transport::{Body, Resend};
use crate::{Error, Result};
use daytona_protocol::files as wire;
use http::Method;

/// How it went in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplaceResult {
    /// The file as it was named.
    pub file: String,
    /// Whether every occurrence was replaced; a file without any is a success.
    pub success: bool,
    /// Why not.
    pub error: Option<String>,
}

impl From<wire::ReplaceResult> for ReplaceResult {
    fn from(wire: wire::ReplaceResult) -> Self {
        let error = wire.error.filter(|error| !error.is_empty());
        Self { file: wire.file, success: wire.success, error }
    }
}

impl FileSystem {
    /// Replaces a literal text by another wherever it occurs in the named files. A file that fails is reported in
    /// its result and does not keep the others from being changed.
    ///
    /// # Errors
    /// `Validation` for an empty pattern or path.
    pub async fn replace_in_files(
        &self,
        files: Vec<String>,
        pattern: &str,
        new_value: &str,
    ) -> Result<Vec<ReplaceResult>> {
        let verb = format!("replace text in {} files in sandbox {}", files.len(), self.sandbox.id());
        files.iter().try_for_each(|file| check_path(&verb, file))?;
        if pattern.is_empty() {
            return Err(Error::validation(&verb, "the pattern is empty"));
        }
        let request =
            wire::ReplaceRequest { files, pattern: pattern.to_owned(), new_value: new_value.to_owned() };
        let answer = self
            .sandbox
            .toolbox(&verb, Method::POST, &["files", "replace"], TREE_TIMEOUT.deadline(), |call| {
                call.body = Body::json(&verb, &request)?;
                // The new text may contain the old one.
                call.resend = Resend::Never;
                Ok(())
            })
            .await?;
        let results = answer.json::<Option<Vec<wire::ReplaceResult>>>().await?.unwrap_or_default();
        Ok(results.into_iter().map(Into::into).collect())
    }
}
