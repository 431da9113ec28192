"""Git in a sandbox, with a repository of the sandbox's own as its remote."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from daytona_sdk import AsyncDaytona, DaytonaError, GitRemote, Sandbox


@pytest.fixture
def folder(sandbox: Sandbox) -> Iterator[str]:
    """A folder with ``remote.git``, a bare repository that has one commit on ``main``."""
    path = sandbox.process.exec("mktemp -d").check().result.strip()
    sandbox.process.exec(
        "git init -q -b main seed && cd seed && echo first > 'a file' && git add . && "
        "git -c user.name=Seed -c user.email=seed@example.com commit -qm 'first commit' && "
        "git clone -q --bare . ../remote.git",
        cwd=path,
    ).check()
    yield path
    sandbox.process.exec(f"rm -rf {path}")


@pytest.fixture
def repository(sandbox: Sandbox, folder: str) -> str:
    """A clone of it."""
    sandbox.git.clone(folder + "/remote.git", folder + "/my clone")
    return folder + "/my clone"


def test_a_change_goes_its_way(sandbox: Sandbox, folder: str, repository: str) -> None:
    git = sandbox.git
    status = git.status(repository)
    assert (status.current_branch, status.file_status, status.ahead, status.behind) == ("main", [], 0, 0)
    assert git.list_remotes(repository) == git.remotes(repository)
    assert git.list_remotes(repository) == [GitRemote("origin", folder + "/remote.git")]

    git.create_branch(repository, "feature/new")
    assert git.status(repository).current_branch == "feature/new"
    assert sorted(git.branches(repository).branches) == ["feature/new", "main"]

    sandbox.fs.upload_file(repository + "/new file", "text")
    assert [file.name for file in git.status(repository).file_status] == ["new file"]
    git.add(repository, ["new file"])
    sha = git.commit(repository, "feat: new file", "Jane Doe", "jane@example.com").sha
    assert len(sha) == 40

    log = git.log(repository)
    assert [commit.message.strip() for commit in log] == ["feat: new file", "first commit"]
    assert (log[0].hash, log[0].author, log[0].email) == (sha, "Jane Doe", "jane@example.com")

    git.push(repository)
    pushed = sandbox.process.exec("git -C remote.git rev-parse feature/new", cwd=folder).check().result
    assert pushed.strip() == sha
    git.checkout(repository, "main")
    git.pull(repository)
    git.checkout_branch(repository, "feature/new")
    git.checkout(repository, "main")
    git.delete_branch(repository, "feature/new")
    assert git.branches(repository).branches == ["main"]


def test_push_and_pull_take_remote_and_branch_as_keywords(sandbox: Sandbox, repository: str) -> None:
    sandbox.git.pull(repository, remote="origin", branch="main")
    with pytest.raises(TypeError):
        sandbox.git.pull(repository, None, None, "origin")  # type: ignore[misc]


def test_a_branch_or_a_commit_can_be_cloned(sandbox: Sandbox, folder: str, repository: str) -> None:
    first = sandbox.git.log(repository)[0].hash
    sandbox.git.clone(folder + "/remote.git", folder + "/detached", commit_id=first)
    assert sandbox.git.log(folder + "/detached")[0].hash == first
    sandbox.git.clone(folder + "/remote.git", folder + "/branch", branch="main")
    assert sandbox.git.status(folder + "/branch").current_branch == "main"


def test_what_git_refuses_is_an_error(sandbox: Sandbox, folder: str, repository: str) -> None:
    for call in (
        lambda: sandbox.git.status(folder + "/nope"),
        lambda: sandbox.git.clone(folder + "/nope.git", folder + "/there"),
        lambda: sandbox.git.checkout(repository, "no-such-branch"),
        lambda: sandbox.git.add(repository, ["no such file"]),
    ):
        with pytest.raises(DaytonaError):
            call()


def test_a_password_is_in_no_error(sandbox: Sandbox, folder: str) -> None:
    with pytest.raises(DaytonaError) as raised:
        sandbox.git.clone("http://127.0.0.1:9/r.git", folder + "/private", username="jane", password="s3cret-token")
    assert "s3cret" not in str(raised.value)
    assert "s3cret" not in repr(raised.value)


def test_async(sandbox: Sandbox, repository: str) -> None:
    async def main() -> None:
        async with AsyncDaytona() as daytona:
            git = (await daytona.get(sandbox.id)).git
            assert (await git.status(repository)).current_branch == "main"
            assert (await git.branches(repository)).branches == ["main"]
            await git.create_branch(repository, "other")
            assert len(await git.log(repository)) == 1

    asyncio.run(main())
