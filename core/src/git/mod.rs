//! Git repositories of a sandbox.
//!
//! What must stay true: no message and no `Debug` text shows a password, one inside a URL included. What
//! changes something is sent once; what only looks may be sent again. Operations that talk to a remote take
//! as long as they take: TCP keep-alive notices a server that vanished, and dropping the future ends git.

mod add;
mod branches;
mod checkout;
mod clone;
mod commit;
mod create_branch;
mod delete_branch;
mod list_remotes;
mod log;
mod pull;
mod push;
mod status;
mod transfer;

pub use clone::GitClone;
pub use list_remotes::GitRemote;
pub use log::GitCommitInfo;
pub use status::{FileStatus, GitStatus};
pub use transfer::GitTransfer;

use crate::timeout::Deadline;
use crate::transport::{Answer, Body, Kind, Resend};
use crate::{Error, Result, Sandbox, Timeout};
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How long looking at a repository may take; large ones on cold disks take a while.
const LOOK: Timeout = Timeout::after(Duration::from_secs(300));

/// Works on the git repositories of one sandbox.
#[derive(Clone, Debug)]
pub struct Git {
    sandbox: Sandbox,
}

impl Git {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// `<doing> in sandbox <id>`, which completes "Failed to".
    fn verb(&self, doing: &str) -> String {
        format!("{doing} in sandbox {}", self.sandbox.id())
    }

    /// Looks at the repository at `path`.
    async fn look<T: DeserializeOwned>(&self, verb: &str, route: &str, path: &str) -> Result<T> {
        check(verb, "the path of the repository", path)?;
        let deadline = LOOK.deadline();
        self.sandbox
            .toolbox_json(verb, Method::GET, &["git", route], deadline, |call| {
                call.query.push(("path", path.to_owned()));
                call.kind = Kind::Git;
                Ok(())
            })
            .await
    }

    /// Changes something.
    async fn change(
        &self,
        verb: &str,
        method: Method,
        route: &str,
        request: &impl Serialize,
        resend: Resend,
    ) -> Result<Answer> {
        let unbounded: Deadline = Timeout::NONE.deadline();
        self.sandbox
            .toolbox(verb, method, &["git", route], unbounded, |call| {
                call.body = Body::json(verb, request)?;
                call.resend = resend;
                call.kind = Kind::Git;
                Ok(())
            })
            .await
    }
}

/// Refuses a value that no git command can be given.
fn check(verb: &str, what: &str, value: &str) -> Result<()> {
    match value {
        "" => Err(Error::validation(verb, format!("{what} is empty"))),
        value if value.contains('\0') => {
            Err(Error::validation(verb, format!("{what} contains a NUL character")))
        }
        _ => Ok(()),
    }
}
