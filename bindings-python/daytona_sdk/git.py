"""What ``sandbox.git`` gives."""

from __future__ import annotations

from ._daytona import AsyncGit, Git
from ._values import Value

__all__ = [
    "AsyncGit",
    "FileStatus",
    "Git",
    "GitCommitInfo",
    "GitCommitResponse",
    "GitRemote",
    "GitStatus",
    "ListBranchResponse",
]


class FileStatus(Value):
    """How a file differs from the last commit.

    Args:
        name: Its path in the repository.
        staging: What is staged: ``"Added"``, ``"Modified"``, ``"Unmodified"``, ...
        worktree: What is not staged.
        extra: More about it: the earlier name of a renamed file.

    Example:
        ```python
        for file in sandbox.git.status("repo").file_status:
            if file.worktree == "Untracked":
                print(f"{file.name} is new")
        ```
    """

    __slots__ = ("name", "staging", "worktree", "extra")

    def __init__(self, name: str, staging: str = "", worktree: str = "", extra: str = "") -> None:
        self.name = name
        self.staging = staging
        self.worktree = worktree
        self.extra = extra


class GitStatus(Value):
    """State of a repository.

    Args:
        current_branch: The branch that is checked out.
        file_status: Files that differ from the last commit.
        ahead: Commits that the remote branch lacks.
        behind: Commits that only the remote branch has.
        branch_published: Whether there is a remote branch.

    Example:
        ```python
        status = sandbox.git.status("repo")
        if status.ahead:
            sandbox.git.push("repo")
        ```
    """

    __slots__ = ("current_branch", "file_status", "ahead", "behind", "branch_published")

    def __init__(
        self,
        current_branch: str,
        file_status: list[FileStatus] | None = None,
        ahead: int = 0,
        behind: int = 0,
        branch_published: bool = False,
    ) -> None:
        self.current_branch = current_branch
        self.file_status = file_status if file_status is not None else []
        self.ahead = ahead
        self.behind = behind
        self.branch_published = branch_published


class ListBranchResponse(Value):
    """Branches of a repository.

    Args:
        branches: Their names.

    Example:
        ```python
        if "main" not in sandbox.git.branches("repo").branches:
            print("an older repository: its main branch is called master")
        ```
    """

    __slots__ = ("branches",)

    def __init__(self, branches: list[str] | None = None) -> None:
        self.branches = branches if branches is not None else []


class GitCommitResponse(Value):
    """A commit that was just made.

    Args:
        sha: Its hash.

    Example:
        ```python
        sandbox.git.add("repo", ["."])
        commit = sandbox.git.commit("repo", "Add notes", "Jane Doe", "jane@example.com")
        print(f"committed as {commit.sha[:8]}")
        ```
    """

    __slots__ = ("sha",)

    def __init__(self, sha: str) -> None:
        self.sha = sha


class GitCommitInfo(Value):
    """A commit in the log.

    Args:
        hash: Its hash.
        message: Its message.
        author: Name of its author.
        email: Address of its author.
        timestamp: When it was made, ISO 8601.

    Example:
        ```python
        latest = sandbox.git.log("repo")[0]
        print(f"{latest.timestamp} {latest.author} <{latest.email}>: {latest.message}")
        ```
    """

    __slots__ = ("hash", "message", "author", "email", "timestamp")

    def __init__(self, hash: str, message: str = "", author: str = "", email: str = "", timestamp: str = "") -> None:
        self.hash = hash
        self.message = message
        self.author = author
        self.email = email
        self.timestamp = timestamp


class GitRemote(Value):
    """A remote of a repository.

    Args:
        name: Its name: ``"origin"``.
        url: Its URL, without credentials.

    Example:
        ```python
        remotes = {remote.name: remote.url for remote in sandbox.git.list_remotes("repo")}
        print(remotes["origin"])
        ```
    """

    __slots__ = ("name", "url")

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url
