//! The remotes of a repository.

use super::Git;
use crate::Result;
use daytona_protocol::git::{ListRemotesResponse, without_credentials};

/// A remote.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GitRemote {
    /// Its name, such as `origin`.
    pub name: String,
    /// Where it fetches from, without credentials.
    pub url: String,
}

impl Git {
    /// The configured remotes.
    ///
    /// # Errors
    /// `NotFound` when there is no repository; any code of a request.
    pub async fn list_remotes(&self, path: &str) -> Result<Vec<GitRemote>> {
        let verb = self.verb(&format!("list the remotes of {path}"));
        let answer: ListRemotesResponse = self.look(&verb, "remotes", path).await?;
        let remotes = answer.remotes.into_iter();
        Ok(remotes
            .map(|remote| GitRemote { name: remote.name, url: without_credentials(&remote.url) })
            .collect())
    }
}
