//! `Git`: repositories in a sandbox.

use crate::args::{GitClone, GitTransfer, Js};
use crate::call::{CancelToken, promise, whole};
use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;

/// Works on the repositories of one sandbox.
#[napi]
pub struct Git {
    core: daytona_core::Git,
}

impl From<daytona_core::Git> for Git {
    fn from(core: daytona_core::Git) -> Self {
        Self { core }
    }
}

/// One changed file.
#[napi(object, object_from_js = false)]
pub struct FileStatus {
    /// Its path in the repository.
    pub name: String,
    /// Its state in the index.
    pub staging: String,
    /// Its state in the working tree.
    pub worktree: String,
    /// What it was called before it was renamed.
    pub extra: String,
}

/// Where a repository stands.
#[napi(object, object_from_js = false)]
pub struct GitStatus {
    /// The branch that is checked out.
    pub current_branch: String,
    /// The files that changed.
    pub file_status: Vec<FileStatus>,
    /// Commits the remote branch does not have.
    pub ahead: f64,
    /// Commits only the remote branch has.
    pub behind: f64,
    /// Whether the branch is on a remote.
    pub branch_published: bool,
}

impl From<daytona_core::GitStatus> for GitStatus {
    fn from(status: daytona_core::GitStatus) -> Self {
        let files = status.file_status.into_iter().map(|file| FileStatus {
            name: file.name,
            staging: file.staging,
            worktree: file.worktree,
            extra: file.extra,
        });
        Self {
            current_branch: status.current_branch,
            file_status: files.collect(),
            ahead: whole(status.ahead),
            behind: whole(status.behind),
            branch_published: status.branch_published,
        }
    }
}

/// One commit.
#[napi(object, object_from_js = false)]
pub struct GitCommitInfo {
    /// Its id.
    pub hash: String,
    /// Its message.
    pub message: String,
    /// Who wrote it.
    pub author: String,
    /// The author's address.
    pub email: String,
    /// When it was made.
    pub timestamp: String,
}

impl From<daytona_core::GitCommitInfo> for GitCommitInfo {
    fn from(commit: daytona_core::GitCommitInfo) -> Self {
        Self {
            hash: commit.hash,
            message: commit.message,
            author: commit.author,
            email: commit.email,
            timestamp: commit.timestamp,
        }
    }
}

/// One remote.
#[napi(object, object_from_js = false)]
pub struct GitRemote {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
}

#[napi]
impl Git {
    /// Clones a repository into the sandbox.
    #[napi(js_name = "clone")]
    pub fn clone_repository<'env>(
        &self,
        env: &'env Env,
        request: Js<GitClone>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.clone_repository(request.0.into()).await })
    }

    /// Where the repository stands.
    #[napi]
    pub fn status<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, GitStatus>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.status(&path.0).await.map(GitStatus::from) })
    }

    /// Its branches.
    #[napi]
    pub fn branches<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Vec<String>>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.branches(&path.0).await })
    }

    /// Makes a branch.
    #[napi]
    pub fn create_branch<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        name: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.create_branch(&path.0, &name.0).await })
    }

    /// Checks a branch out.
    #[napi]
    pub fn checkout<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        branch: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.checkout(&path.0, &branch.0).await })
    }

    /// Deletes a branch.
    #[napi]
    pub fn delete_branch<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        name: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.delete_branch(&path.0, &name.0).await })
    }

    /// Stages files.
    #[napi]
    pub fn add<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        files: Js<Vec<String>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.add(&path.0, files.0).await })
    }

    /// Commits what is staged; answers the commit's id.
    #[napi]
    pub fn commit<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        message: Js<String>,
        author: Js<Option<String>>,
        email: Js<Option<String>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            core.commit(&path.0, &message.0, author.0.as_deref(), email.0.as_deref()).await
        })
    }

    /// The commits of the branch, newest first.
    #[napi]
    pub fn log<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Vec<GitCommitInfo>>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            Ok(core.log(&path.0).await?.into_iter().map(GitCommitInfo::from).collect())
        })
    }

    /// Sends commits to a remote.
    #[napi]
    pub fn push<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        transfer: Js<GitTransfer>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.push(&path.0, transfer.0.into()).await })
    }

    /// Takes commits from a remote.
    #[napi]
    pub fn pull<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        transfer: Js<GitTransfer>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.pull(&path.0, transfer.0.into()).await })
    }

    /// The remotes.
    #[napi]
    pub fn list_remotes<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Vec<GitRemote>>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            let remotes = core.list_remotes(&path.0).await?;
            Ok(remotes.into_iter().map(|it| GitRemote { name: it.name, url: it.url }).collect())
        })
    }
}
