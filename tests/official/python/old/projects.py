"""Git, from and to a server in the sandbox, and language servers."""

from __future__ import annotations

# Not the client's own class, which the API client it is made on refuses.
from daytona_api_client import Position

import facts
from daytona_sdk import DaytonaError, Sandbox
from registry import scenario


@scenario
def git_work(sandbox: Sandbox) -> None:
    sandbox.fs.upload_file("git_server.py", facts.GIT_SERVER)
    assert sandbox.process.exec("python3 git_server.py").exit_code == 0
    sandbox.git.clone(facts.OPEN, "repo")
    status = sandbox.git.status("repo")
    assert (status.current_branch, status.file_status, status.branch_published) == ("main", [], True)
    sandbox.fs.upload_file("repo/new ü.txt", b"new")
    sandbox.fs.upload_file("repo/readme", b"changed\n")
    states = {file.name: (file.staging, file.worktree) for file in sandbox.git.status("repo").file_status}
    assert states == {"new ü.txt": ("Untracked", "Untracked"), "readme": ("Unmodified", "Modified")}
    sandbox.git.add("repo", ["new ü.txt", "readme"])
    commit = sandbox.git.commit("repo", "a message", "Ada", "ada@example.com")
    assert sandbox.process.exec(facts.LAST_COMMIT, cwd="repo").result == f"{commit.sha} Ada ada@example.com a message\n"
    assert sandbox.git.status("repo").ahead == 1
    sandbox.git.push("repo")
    assert sandbox.git.status("repo").ahead == 0
    assert sandbox.process.exec(facts.COMMIT_ELSEWHERE).exit_code == 0
    sandbox.git.pull("repo")
    assert sandbox.fs.download_file("repo/theirs") == b"theirs\n"
    assert sandbox.git.branches("repo").branches == ["main"]
    with facts.raises(DaytonaError, "not found"):
        sandbox.git.clone(facts.MISSING, "missing")


@scenario
def git_credentials(sandbox: Sandbox) -> None:
    sandbox.fs.upload_file("git_server.py", facts.GIT_SERVER)
    assert sandbox.process.exec("python3 git_server.py").exit_code == 0
    with facts.raises(DaytonaError, "auth"):
        sandbox.git.clone(facts.PRIVATE, "repo")
    sandbox.git.clone(facts.PRIVATE, "repo", username="alice", password=facts.PASSWORD)
    sandbox.fs.upload_file("repo/new", b"new")
    sandbox.git.add("repo", ["new"])
    sandbox.git.commit("repo", "more", "Ada", "ada@example.com")
    with facts.raises(DaytonaError, "auth"):
        sandbox.git.push("repo")
    sandbox.git.push("repo", username="alice", password=facts.PASSWORD)
    sandbox.git.pull("repo", username="alice", password=facts.PASSWORD)
    assert sandbox.process.exec(facts.LEFT_BEHIND).exit_code == 1


@scenario
def lsp_python(sandbox: Sandbox) -> None:
    folder = sandbox.get_user_root_dir() + "/project"
    path = f"{folder}/robot.py"
    sandbox.fs.create_folder(folder, "755")
    sandbox.fs.upload_file(path, facts.PYTHON_FILE)
    server = sandbox.create_lsp_server("python", folder)
    server.start()
    server.did_open(path)
    assert {"greet", "Robot", "walk"} <= {symbol.name for symbol in server.document_symbols(path)}
    found = server.completions(path, Position(**facts.PYTHON_CURSOR))
    assert any(item.label.startswith("greet") for item in found.items), found
    server.did_close(path)
    server.stop()


@scenario
def lsp_typescript(sandbox: Sandbox) -> None:
    folder = sandbox.get_user_root_dir() + "/project"
    path = f"{folder}/robot.ts"
    sandbox.fs.create_folder(folder, "755")
    sandbox.fs.upload_file(f"{folder}/tsconfig.json", b"{}")
    sandbox.fs.upload_file(path, facts.TYPESCRIPT_FILE)
    server = sandbox.create_lsp_server("typescript", folder)
    server.start()
    server.did_open(path)
    assert {"greet", "Robot", "walk"} <= {symbol.name for symbol in server.document_symbols(path)}
    assert "greet" in {symbol.name for symbol in server.sandbox_symbols("greet")}
    found = server.completions(path, Position(**facts.TYPESCRIPT_CURSOR))
    assert "greet" in {item.label for item in found.items}
    server.stop()
