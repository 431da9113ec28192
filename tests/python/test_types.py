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
"""

WRONG = [
    'Daytona().create(CreateSandboxParams(langauge="python"))',
    'Daytona().create(timeout="60")',
    "Daytona().get()",
    "Daytona().create().process.exec(3)",
    "Daytona().create().id.upper().no_such_thing",
    'Daytona().create().fs.upload_file("a", 3)',
]


def test_right_code_type_checks(tmp_path: Path, tool: Tool) -> None:
    (tmp_path / "right.py").write_text(RIGHT)
    done = tool("mypy", "--strict", tmp_path / "right.py")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("code", WRONG)
def test_wrong_code_does_not(code: str, tmp_path: Path, tool: Tool) -> None:
    (tmp_path / "wrong.py").write_text(f"from daytona_sdk import CreateSandboxParams, Daytona\n{code}\n")
    done = tool("mypy", tmp_path / "wrong.py")
    assert done.returncode == 1, done.stdout
    assert "Found 1 error" in done.stdout
