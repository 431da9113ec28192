//! Staging files.

use super::{Git, check};
use crate::transport::Resend;
use crate::{Error, Result};
use daytona_protocol::git::AddRequest;
use http::Method;

impl Git {
    /// Stages files, removed ones included, relative to `path`; `.` is everything. Names are taken as they
    /// are: `*` is a name and not a pattern.
    ///
    /// # Errors
    /// `NotFound` for a repository or file that is not there; `Validation` for a file that is ignored or
    /// outside; any code of a request.
    pub async fn add(&self, path: &str, files: Vec<String>) -> Result<()> {
        let verb = self.verb(&format!("stage files of {path}"));
        check(&verb, "the path of the repository", path)?;
        if files.is_empty() {
            return Err(Error::validation(&verb, "no files are named; \".\" stages everything"));
        }
        for file in &files {
            check(&verb, "a file's name", file)?;
        }
        let request = AddRequest { path: path.to_owned(), files };
        self.change(&verb, Method::POST, "add", &request, Resend::Idempotent).await?.discard().await;
        Ok(())
    }
}
