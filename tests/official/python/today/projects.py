"""Git, from and to a server in the sandbox, and language servers."""

from __future__ import annotations

import inspect
from typing import Any

from daytona import (
    DaytonaGitAuthFailedError,
    DaytonaGitBranchExistsError,
    DaytonaGitRepoNotFoundError,
    LspCompletionPosition,
)

import facts
from registry import scenario


async def git_server(sandbox: Any) -> None:
    await sandbox.fs.upload_file(facts.GIT_SERVER, "git_server.py")
    assert (await sandbox.process.exec("python3 git_server.py")).exit_code == 0


@scenario
async def git_work(daytona: Any, sandbox: Any) -> None:
    await git_server(sandbox)
    git = sandbox.git
    await git.clone(facts.OPEN, "repo")
    status = await git.status("repo")
    assert (status.current_branch, status.file_status, status.branch_published) == ("main", [], True)
    await sandbox.fs.upload_file(b"new", "repo/new ü.txt")
    await sandbox.fs.upload_file(b"changed\n", "repo/readme")
    states = {file.name: (file.staging, file.worktree) for file in (await git.status("repo")).file_status}
    assert states == {"new ü.txt": ("Untracked", "Untracked"), "readme": ("Unmodified", "Modified")}
    await git.add("repo", ["new ü.txt", "readme"])
    commit = await git.commit("repo", "a message", "Ada", "ada@example.com")
    last = await sandbox.process.exec(facts.LAST_COMMIT, cwd="repo")
    assert last.result == f"{commit.sha} Ada ada@example.com a message\n"
    assert (await git.status("repo")).ahead == 1
    await git.push("repo")
    assert (await git.status("repo")).ahead == 0
    assert (await sandbox.process.exec(facts.COMMIT_ELSEWHERE)).exit_code == 0
    await git.pull("repo")
    assert await sandbox.fs.download_file("repo/theirs") == b"theirs\n"
    with facts.raises(DaytonaGitRepoNotFoundError, "not found"):
        await git.clone(facts.MISSING, "missing")


@scenario
async def git_branches(daytona: Any, sandbox: Any) -> None:
    await git_server(sandbox)
    git = sandbox.git
    await git.clone(facts.OPEN, "repo")
    await git.create_branch("repo", "side")
    assert sorted((await git.branches("repo")).branches) == ["main", "side"]
    await git.checkout_branch("repo", "main")
    assert (await git.status("repo")).current_branch == "main"
    with facts.raises(DaytonaGitBranchExistsError, "side"):
        await git.create_branch("repo", "side")
    await git.delete_branch("repo", "side")
    assert (await git.branches("repo")).branches == ["main"]


@scenario
async def git_credentials(daytona: Any, sandbox: Any) -> None:
    await git_server(sandbox)
    git = sandbox.git
    with facts.raises(DaytonaGitAuthFailedError, "auth"):
        await git.clone(facts.PRIVATE, "repo")
    await git.clone(facts.PRIVATE, "repo", username="alice", password=facts.PASSWORD)
    await sandbox.fs.upload_file(b"new", "repo/new")
    await git.add("repo", ["new"])
    await git.commit("repo", "more", "Ada", "ada@example.com")
    with facts.raises(DaytonaGitAuthFailedError, "auth"):
        await git.push("repo")
    await git.push("repo", username="alice", password=facts.PASSWORD)
    await git.pull("repo", username="alice", password=facts.PASSWORD)
    assert (await sandbox.process.exec(facts.LEFT_BEHIND)).exit_code == 1


@scenario
async def lsp_python(daytona: Any, sandbox: Any) -> None:
    folder = await sandbox.get_work_dir() + "/project"
    path = f"{folder}/robot.py"
    await sandbox.fs.upload_file(facts.PYTHON_FILE, path)
    server = await lsp_server(sandbox, "python", folder)
    await server.start()
    await server.did_open(path)
    assert {"greet", "Robot", "walk"} <= {symbol.name for symbol in await server.document_symbols(path)}
    found = await server.completions(path, LspCompletionPosition(**facts.PYTHON_CURSOR))
    assert any(item.label.startswith("greet") for item in found.items), found
    await server.did_close(path)
    await server.stop()


@scenario
async def lsp_typescript(daytona: Any, sandbox: Any) -> None:
    folder = await sandbox.get_work_dir() + "/project"
    path = f"{folder}/robot.ts"
    await sandbox.fs.upload_file(b"{}", f"{folder}/tsconfig.json")
    await sandbox.fs.upload_file(facts.TYPESCRIPT_FILE, path)
    server = await lsp_server(sandbox, "typescript", folder)
    await server.start()
    await server.did_open(path)
    assert {"greet", "Robot", "walk"} <= {symbol.name for symbol in await server.document_symbols(path)}
    assert "greet" in {symbol.name for symbol in await server.sandbox_symbols("greet")}
    found = await server.completions(path, LspCompletionPosition(**facts.TYPESCRIPT_CURSOR))
    assert "greet" in {item.label for item in found.items}
    await server.stop()


async def lsp_server(sandbox: Any, language: str, folder: str) -> Any:
    # Made without a request in both clients, so it is no coroutine in the asynchronous one.
    server = sandbox.create_lsp_server(language, folder)
    return await server if inspect.isawaitable(server) else server
