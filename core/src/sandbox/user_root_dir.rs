//! The home folder of a sandbox's user.

use super::{CONTROL_TIMEOUT, Sandbox};
use crate::{Error, ErrorCode, Result};
use daytona_protocol::system::Directory;
use http::Method;
use std::sync::Arc;

impl Sandbox {
    /// The home folder of its user. Asked once; it does not change.
    ///
    /// # Errors
    /// Any code of a request.
    pub async fn user_root_dir(&self) -> Result<String> {
        if let Some(home) = self.0.home.load_full() {
            return Ok(String::clone(&home));
        }
        let verb = format!("get the user root folder of sandbox {}", self.id());
        let answer: Directory = self
            .toolbox_json(&verb, Method::GET, &["user-home-dir"], CONTROL_TIMEOUT.deadline(), |_| Ok(()))
            .await?;
        let dir = answer.dir;
        if dir.is_empty() {
            return Err(Error::failed(ErrorCode::Server, &verb, "the sandbox named no folder"));
        }
        self.0.home.store(Some(Arc::new(dir.clone())));
        Ok(dir)
    }
}
