"""The types users check against: stubs held equal to the built module, and what must and must not type-check."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import daytona_sdk

SITE = Path(daytona_sdk.__file__).parents[1]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "python"


Tool = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    """Runs a Python tool on the installed package; the runs share mypy's cache."""
    cache = tmp_path_factory.mktemp("mypy-cache")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            env={**os.environ, "MYPY_CACHE_DIR": str(cache)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_stub_equals_the_built_module(tool: Tool) -> None:
    done = tool("mypy.stubtest", "daytona_sdk._daytona")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_says_that_it_is_typed() -> None:
    assert (SITE / "daytona_sdk" / "py.typed").exists()


def test_the_examples_type_check_strictly(tool: Tool) -> None:
    done = tool("mypy", "--strict", EXAMPLES)
    assert done.returncode == 0, done.stdout


RIGHT = """
import asyncio
from pathlib import Path
from typing import assert_type
from daytona_sdk import *
from daytona_sdk import CodeRunParams, CreateSandboxParams, Daytona, Sandbox

daytona = Daytona()
sandbox = daytona.create(CreateSandboxParams(language="python", resources=SandboxResources(cpu=2)), timeout=None)
assert_type(sandbox, Sandbox)
assert_type(sandbox.process.code_run("1", CodeRunParams(argv=[])).exit_code, int)
assert_type(sandbox.fs.download_file("a"), bytes)
sandbox.fs.download_file("a", Path("b"))
sandbox.fs.upload_file("a", open("b", "rb"))
sandbox.fs.upload_file(b"today's order", "a")
assert_type(daytona.list({"a": "b"}), list[Sandbox])
assert_type(sandbox.fs.list_files("a"), list[FileInfo])
assert_type(sandbox.git.status("a").file_status[0].name, str)
assert_type(sandbox.get_preview_link(3000), PortPreviewUrl)
sandbox.git.push("a", remote="origin", branch="main")
lsp = sandbox.create_lsp_server(LspLanguageId.PYTHON, "a")
assert_type(lsp.completions("a", Position(1, 2)), CompletionList)
lsp.completions("a", {"line": 1, "character": 2})
with sandbox.fs.download_file_stream("a") as download:
    for piece in download:
        assert_type(piece, bytes)
for chunk in sandbox.process.stream_session_command_logs("a", "b"):
    assert_type(chunk, SessionLogChunk)
for chart in sandbox.process.code_run("1").artifacts.charts:
    if isinstance(chart, LineChart):
        assert_type(chart.elements[0].label, str)


async def main() -> None:
    async with AsyncDaytona() as daytona:
        assert_type(daytona, AsyncDaytona)
        sandbox = await daytona.create()
        assert_type(sandbox, AsyncSandbox)
        assert_type(await daytona.list(), list[AsyncSandbox])
        assert_type((await sandbox.process.exec("a")).exit_code, int)
        assert_type(await sandbox.fs.download_file("a"), bytes)
        assert_type(await sandbox.fs.download_file("a", "b"), None)
        assert_type(await asyncio.create_task(sandbox.fs.list_files("a")), list[FileInfo])
        async with await sandbox.fs.download_file_stream("a") as download:
            async for piece in download:
                assert_type(piece, bytes)
        async for chunk in sandbox.process.stream_session_command_logs("a", "b"):
            assert_type(chunk, SessionLogChunk)
        await sandbox.process.get_session_command_logs_async("a", "b", print)
        await Daytona().get("a").process.get_session_command_logs_async("a", "b", callback)


async def callback(text: str) -> None:
    print(text)


asyncio.run(main())
asyncio.run(AsyncDaytona().list())
"""

NAMES = "from daytona_sdk import AsyncDaytona, CreateSandboxParams, Daytona, SandboxResources"
WRONG = [
    'Daytona().create(CreateSandboxParams(langauge="python"))',
    'Daytona().create(timeout="60")',
    "SandboxResources(cpu=0.5)",
    "Daytona().get()",
    "Daytona().create().process.exec(3)",
    "Daytona().create().id.upper().no_such_thing",
    'Daytona().create().fs.upload_file("a", 3)',
    'Daytona().create().git.push("a", None, None, "origin")',
    'Daytona().create().process.execute_session_command("a", "true")',
    'Daytona().create().process.get_session_command_logs_async("a", "b", lambda text, more: None)',
    "Daytona().create().get_preview_link('3000')",
    "AsyncDaytona().create().id",
    "for chunk in AsyncDaytona().list(): pass",
    "with AsyncDaytona() as daytona: pass",
    "AsyncDaytona().start(Daytona().create())",
]


def test_right_code_type_checks(tmp_path: Path, tool: Tool) -> None:
    (tmp_path / "right.py").write_text(RIGHT)
    done = tool("mypy", "--strict", tmp_path / "right.py")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("code", WRONG)
def test_wrong_code_does_not(code: str, tmp_path: Path, tool: Tool) -> None:
    (tmp_path / "wrong.py").write_text(f"{NAMES}\n{code}\n")
    done = tool("mypy", tmp_path / "wrong.py")
    assert done.returncode == 1, done.stdout
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert errors, done.stdout
    # The import in line 1 is fine: it is the wrong code that does not check.
    assert all("wrong.py:2:" in line for line in errors), done.stdout
