"""Every example of a docstring runs, as it stands, in the world that all of them assume.

That world: ``daytona`` and ``sandbox`` are made, ``lsp`` is a language server of the project, all names of the package
are imported, and the sandbox holds what ``WORLD`` writes: files in its home, a project, a clone of a repository, a
session. In the asynchronous classes all of it is asynchronous. An example that needs more makes it.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import daytona_sdk
from daytona_sdk import AsyncDaytona, CreateSandboxParams, Daytona, Sandbox, SessionExecuteRequest
from docstrings import examples

# Far above what any example takes; for the one that hangs.
LIMIT = 60

WORLD = r"""
set -eu
cd
mkdir -p data project
printf 'text\n' | tee report.txt draft.txt settings.txt >/dev/null
printf 'fine\nERROR 1\n' >big.log
head -c 3000000 /dev/zero >big.bin
printf 'all:\n\techo built\n' >Makefile
printf '#!/bin/sh\n' >run.sh
printf 'old_function("http://example.com")\n' >app.py
printf 'def test_it():\n    pass\n' >project/test_app.py
# Line 10, counted from 0, ends at character 15.
printf 'import os\n\n\nclass User:  # TODO: a name\n    pass\n\n\ndef greet():\n    pass\n\nitem = os.path.\n' >project/app.py
"""
# The repository of the examples is one of the sandbox's own: its tests need no network.
REPOSITORY = r"""
set -eu
cd
git config --global user.name Examples
git config --global user.email examples@example.com
git config --global url.file:///tmp/repo.git.insteadOf https://github.com/user/repo.git
git init -q -b main /tmp/seed
printf 'print(7)\n' >/tmp/seed/app.py
printf 'A repository\n' >/tmp/seed/README.md
git -C /tmp/seed add .
git -C /tmp/seed commit -qm first
git clone -q --bare /tmp/seed /tmp/repo.git
git clone -q https://github.com/user/repo.git repo
git -C repo branch feature/old-feature
printf 'print(8)\n' >repo/app.py
printf 'new\n' >repo/notes.txt
"""

# What the local server does not do: the example must be refused so.
REFUSED = {
    "Sandbox.archive": "archive",
    "AsyncSandbox.archive": "archive",
}


_reading: dict[Path, str] = {}


@pytest.fixture
def world(source: str, daytona: Daytona, server: Path) -> Iterator[Sandbox]:
    """A sandbox of the example's own; one for all that only plot or ask a language server, which take long to begin."""
    before = {sandbox.id for sandbox in daytona.list()}
    if "matplotlib" in source or "lsp." in source:
        if server not in _reading:
            _reading[server] = furnished(daytona, None).id
            before.add(_reading[server])
        yield daytona.get(_reading[server])
    else:
        yield furnished(daytona, "my-sandbox")
    for made in daytona.list():
        if made.id not in before:
            daytona.remove(made)


def furnished(daytona: Daytona, name: str | None) -> Sandbox:
    sandbox = daytona.create(CreateSandboxParams(language="python", name=name))
    sandbox.process.exec(WORLD).check()
    sandbox.process.create_session("build")
    sandbox.process.execute_session_command("build", SessionExecuteRequest(command="cd"))
    return sandbox


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    def too_long(*_: object) -> None:
        raise TimeoutError(f"the example did not end within {LIMIT} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(LIMIT)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def run(source: str, names: dict[str, Any]) -> Any:
    """Runs it; what it gives is a coroutine when it awaits."""
    code = compile(source, "<example>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return eval(code, names)


async def run_async(source: str, found: str) -> None:
    async with AsyncDaytona() as daytona:
        done = run(source, names(daytona, await daytona.get(found)))
        if inspect.iscoroutine(done):
            await done


def names(daytona: object, sandbox: Any) -> dict[str, Any]:
    package = {name: getattr(daytona_sdk, name) for name in daytona_sdk.__all__}
    lsp = sandbox.create_lsp_server("python", "/home/daytona/project")
    return {**package, "__name__": "__main__", "daytona": daytona, "sandbox": sandbox, "lsp": lsp}


@pytest.mark.parametrize(("name", "source"), [pytest.param(*each, id=each[0]) for each in examples()])
def test_it_runs(name: str, source: str, world: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    (tmp_path / "local.bin").write_bytes(b"local")
    if ".git." in source:
        world.process.exec(REPOSITORY).check()

    def example() -> None:
        if name.startswith("Async"):
            asyncio.run(run_async(source, world.id))
        else:
            with Daytona() as daytona:
                done = run(source, names(daytona, daytona.get(world.id)))
                if inspect.iscoroutine(done):
                    asyncio.run(done)

    if name in REFUSED:
        with pytest.raises(daytona_sdk.DaytonaError, match=REFUSED[name]):
            example()
    else:
        example()
