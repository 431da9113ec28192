//! `sandbox.git`: repositories in the sandbox.

use crate::{call, values};
use daytona_core::{GitClone, GitTransfer};
use daytona_python_twins::twins;
use pyo3::prelude::*;

/// Works on git repositories in a sandbox: ``sandbox.git``.
///
/// Passwords and tokens are used for the one call they are given to, and are stored nowhere.
///
/// Example:
///     ```python
///     {await}sandbox.git.clone("https://github.com/user/repo.git", "app")
///     status = {await}sandbox.git.status("app")
///     print(status.current_branch, [file.name for file in status.file_status])
///     ```
#[twins]
#[pyclass(frozen, module = "daytona_sdk.git")]
pub(crate) struct Git(pub(crate) daytona_core::Git);

#[twins]
#[pymethods]
impl Git {
    /// Clones a repository.
    ///
    /// Args:
    ///     url: Its URL.
    ///     path: Where it goes in the sandbox.
    ///     branch: The branch to check out; the remote's default when left out.
    ///     commit_id: The commit to check out, detached.
    ///     username: For a private repository.
    ///     password: Password or token for it.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.git.clone("https://github.com/user/repo.git", "app", branch="main")
    ///     ```
    #[pyo3(signature = (
        url: "str",
        path: "str",
        branch: "str | None" = None,
        commit_id: "str | None" = None,
        username: "str | None" = None,
        password: "str | None" = None
    ) -> "None")]
    fn clone(
        &self,
        url: String,
        path: String,
        branch: Option<String>,
        commit_id: Option<String>,
        username: Option<String>,
        password: Option<String>,
    ) -> Call {
        let git = self.0.clone();
        let request = GitClone { url, path, branch, commit_id, username, password };
        Call::new(async move { git.clone_repository(request).await }, call::nothing)
    }

    /// The current branch, and how the files differ from its last commit.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///
    /// Example:
    ///     ```python
    ///     status = {await}sandbox.git.status("repo")
    ///     print(status.current_branch, status.ahead, status.behind)
    ///     ```
    #[pyo3(signature = (path: "str") -> "GitStatus")]
    fn status(&self, path: String) -> Call {
        let git = self.0.clone();
        Call::new(async move { git.status(&path).await }, |py, status| values::git_status(py, &status))
    }

    /// The branches.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///
    /// Example:
    ///     ```python
    ///     response = {await}sandbox.git.branches("repo")
    ///     print(response.branches)
    ///     ```
    #[pyo3(signature = (path: "str") -> "ListBranchResponse")]
    fn branches(&self, path: String) -> Call {
        let git = self.0.clone();
        Call::new(async move { git.branches(&path).await }, values::branches)
    }

    /// Makes a branch and checks it out.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///     name: Name of the branch.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.git.create_branch("repo", "feature/new-feature")
    ///     ```
    #[pyo3(signature = (path: "str", name: "str") -> "None")]
    fn create_branch(&self, path: String, name: String) -> Call {
        let git = self.0.clone();
        Call::new(async move { git.create_branch(&path, &name).await }, call::nothing)
    }

    /// Checks a branch out.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///     branch: Name of the branch.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.git.checkout("repo", "main")
    ///     ```
    #[pyo3(signature = (path: "str", branch: "str") -> "None")]
    fn checkout(&self, path: String, branch: String) -> Call {
        let git = self.0.clone();
        Call::new(async move { git.checkout(&path, &branch).await }, call::nothing)
    }

    /// The same as :meth:`checkout`.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///     branch: Name of the branch.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.git.checkout_branch("repo", "main")
    ///     ```
    #[pyo3(signature = (path: "str", branch: "str") -> "None")]
    fn checkout_branch(&self, path: String, branch: String) -> Call {
        self.checkout(path, branch)
    }

    /// Deletes a branch.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///     name: Name of the branch.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.git.delete_branch("repo", "feature/old-feature")
    ///     ```
    #[pyo3(signature = (path: "str", name: "str") -> "None")]
    fn delete_branch(&self, path: String, name: String) -> Call {
        let git = self.0.clone();
        Call::new(async move { git.delete_branch(&path, &name).await }, call::nothing)
    }

    /// Stages files for the next commit.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///     files: Paths in the repository; ``"."`` for everything.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.git.add("repo", ["app.py", "README.md"])
    ///     ```
    #[pyo3(signature = (path: "str", files: "list[str]") -> "None")]
    fn add(&self, path: String, files: Vec<String>) -> Call {
        let git = self.0.clone();
        Call::new(async move { git.add(&path, files).await }, call::nothing)
    }

    /// Commits what is staged.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///     message: The message.
    ///     author: Name of the author; the repository's own configuration when left out.
    ///     email: Address of the author.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.git.add("repo", ["app.py"])
    ///     response = {await}sandbox.git.commit("repo", "feat: add new feature", "Jane Doe", "jane@example.com")
    ///     print(response.sha)
    ///     ```
    #[pyo3(signature = (
        path: "str",
        message: "str",
        author: "str | None" = None,
        email: "str | None" = None
    ) -> "GitCommitResponse")]
    fn commit(&self, path: String, message: String, author: Option<String>, email: Option<String>) -> Call {
        let git = self.0.clone();
        let committing =
            async move { git.commit(&path, &message, author.as_deref(), email.as_deref()).await };
        Call::new(committing, values::commit)
    }

    /// The commits of the current branch, newest first.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///
    /// Example:
    ///     ```python
    ///     for commit in {await}sandbox.git.log("repo"):
    ///         print(commit.hash, commit.author, commit.message)
    ///     ```
    #[pyo3(signature = (path: "str") -> "list[GitCommitInfo]")]
    fn log(&self, path: String) -> Call {
        let git = self.0.clone();
        Call::new(async move { git.log(&path).await }, |py, commits| {
            values::all(py, &commits, values::commit_info)
        })
    }

    /// Pushes commits to a remote.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///     username: For a private repository.
    ///     password: Password or token for it.
    ///     remote: Name of the remote; ``origin`` when left out.
    ///     branch: The branch; the current one when left out.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.git.push("repo", username="user", password="token")
    ///     ```
    #[pyo3(signature = (
        path: "str",
        username: "str | None" = None,
        password: "str | None" = None,
        *,
        remote: "str | None" = None,
        branch: "str | None" = None
    ) -> "None")]
    fn push(
        &self,
        path: String,
        username: Option<String>,
        password: Option<String>,
        remote: Option<String>,
        branch: Option<String>,
    ) -> Call {
        let git = self.0.clone();
        let transfer = GitTransfer { username, password, remote, branch };
        Call::new(async move { git.push(&path, transfer).await }, call::nothing)
    }

    /// Pulls commits from a remote.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///     username: For a private repository.
    ///     password: Password or token for it.
    ///     remote: Name of the remote; ``origin`` when left out.
    ///     branch: The branch; the current one when left out.
    ///
    /// Example:
    ///     ```python
    ///     {await}sandbox.git.pull("repo")
    ///     ```
    #[pyo3(signature = (
        path: "str",
        username: "str | None" = None,
        password: "str | None" = None,
        *,
        remote: "str | None" = None,
        branch: "str | None" = None
    ) -> "None")]
    fn pull(
        &self,
        path: String,
        username: Option<String>,
        password: Option<String>,
        remote: Option<String>,
        branch: Option<String>,
    ) -> Call {
        let git = self.0.clone();
        let transfer = GitTransfer { username, password, remote, branch };
        Call::new(async move { git.pull(&path, transfer).await }, call::nothing)
    }

    /// The remotes.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///
    /// Example:
    ///     ```python
    ///     for remote in {await}sandbox.git.list_remotes("repo"):
    ///         print(remote.name, remote.url)
    ///     ```
    #[pyo3(signature = (path: "str") -> "list[GitRemote]")]
    fn list_remotes(&self, path: String) -> Call {
        let git = self.0.clone();
        Call::new(async move { git.list_remotes(&path).await }, |py, remotes| {
            values::all(py, &remotes, values::remote)
        })
    }

    /// The same as :meth:`list_remotes`.
    ///
    /// Args:
    ///     path: The repository in the sandbox.
    ///
    /// Example:
    ///     ```python
    ///     remotes = {await}sandbox.git.remotes("repo")
    ///     print("origin" in [remote.name for remote in remotes])
    ///     ```
    #[pyo3(signature = (path: "str") -> "list[GitRemote]")]
    fn remotes(&self, path: String) -> Call {
        self.list_remotes(path)
    }
}
