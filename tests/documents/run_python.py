"""Runs Python blocks one after another in this process: jobs as JSON on stdin, one line of JSON on stdout for each.

It has the installed package and nothing else. ``run-typescript.mjs`` does the same for TypeScript; what they answer
is judged in ``run.py``.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import time
import traceback
import urllib.request
from pathlib import Path
from typing import Any

import daytona_sdk
from daytona_sdk import CreateSandboxParams, Daytona, LspLanguageId, Sandbox, SessionExecuteRequest

HERE = Path(__file__).parent
# Far above what any block takes; for the block that hangs.
LIMIT = 120
daytona = Daytona()


class Found:
    """The sandbox that blocks find: made once, made again when a block has removed it."""

    def __init__(self) -> None:
        self.sandbox: Sandbox | None = None

    def get(self) -> Sandbox:
        if self.sandbox is None:
            self.sandbox = daytona.create(CreateSandboxParams(language="python"))
            self.sandbox.fs.upload_file("/tmp/fixture.sh", (HERE / "fixture.sh").read_bytes())
            self.sandbox.fs.upload_file("/tmp/git_server.py", (HERE / "git_server.py").read_bytes())
            self.sandbox.process.create_session("documents")
            self.run("documents", "echo ready", run_async=False)
            self.sandbox.process.create_session("git-server")
            self.run("git-server", "python3 /tmp/git_server.py", run_async=True)
        return self.sandbox

    def run(self, session: str, command: str, *, run_async: bool) -> None:
        assert self.sandbox
        request = SessionExecuteRequest(command=command, run_async=run_async)
        self.sandbox.process.execute_session_command(session, request)

    def shell(self, command: str) -> str:
        return self.get().process.exec(f". /tmp/fixture.sh\n{command}").check().stdout


def assumed(found: Sandbox, everything: bool) -> dict[str, Any]:
    """The names that a block may use without having made them."""
    names: dict[str, Any] = {"__name__": "__main__", "daytona": daytona, "sandbox": found}
    if everything:
        names.update({name: getattr(daytona_sdk, name) for name in daytona_sdk.__all__ if name not in names})
        names["lsp_server"] = found.create_lsp_server(LspLanguageId.PYTHON, "/workspace/project")
        names["session_id"] = names["process_id"] = "documents"
    return names


def served(sandbox: Sandbox, port: int, text: str) -> str:
    """What the preview of a port serves, once it has ``text`` or half a minute has passed."""
    link = sandbox.get_preview_link(port)
    request = urllib.request.Request(link.url, headers={"x-daytona-preview-token": link.token})
    deadline, body = time.monotonic() + 60, ""
    while text not in body and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                body = answer.read().decode()
        except OSError as error:
            body = str(error)
            time.sleep(0.1)
    return body


def too_long(*_: object) -> None:
    raise TimeoutError(f"the block did not end within {LIMIT} s")


def run(job: dict[str, Any], found: Found) -> dict[str, Any]:
    sandbox = found.get()
    found.shell("files; " + (job["before"] or ":"))
    before = {each.id for each in daytona.list()}
    names = assumed(sandbox, job["everything"])
    os.chdir(job["folder"])
    stdout, stderr = io.StringIO(), io.StringIO()
    result: dict[str, Any] = {"name": job["name"], "error": "", "after": [], "serves": []}
    source = Path(job["source"]).read_text(encoding="utf-8")
    started = time.monotonic()
    signal.alarm(LIMIT)
    try:
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            exec(compile(source, job["document"], "exec"), names)
        made = [each for each in daytona.list() if each.id not in before]
        result["serves"] = [served(made[0], port, text) if made else "" for port, text in job["serves"]]
        if job["removes"]:
            gone = sandbox.id not in {each.id for each in daytona.list()}
            result["error"] = "" if gone else "the sandbox is still there"
            found.sandbox = None
        result["after"] = [found.shell(command) for command, _ in job["after"]]
    except BaseException:
        result["error"] = traceback.format_exc()
    finally:
        signal.alarm(0)
        result["seconds"] = round(time.monotonic() - started, 1)
    for each in daytona.list():
        if each.id not in before:
            daytona.remove(each)
    return {**result, "stdout": stdout.getvalue(), "stderr": stderr.getvalue()}


def main() -> None:
    signal.signal(signal.SIGALRM, too_long)
    results = os.fdopen(os.dup(1), "w")
    sys.path.insert(0, str(HERE / "standins" / "python"))
    found = Found()
    for job in json.load(sys.stdin):
        results.write(json.dumps(run(job, found)) + "\n")
        results.flush()


main()
