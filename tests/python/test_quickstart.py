"""The scripts a newcomer runs: the quickstart of the documents, and everything in examples/python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from daytona_sdk import CreateSandboxParams, Daytona

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "python"


def run(name: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / name], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_documented_quickstart(daytona: Daytona) -> None:
    sandbox = daytona.create(CreateSandboxParams(language="python"))
    response = sandbox.process.code_run('print("Sum of 3 and 4 is " + str(3 + 4))')
    assert (response.exit_code, response.result) == (0, "Sum of 3 and 4 is 7\n")
    daytona.remove(sandbox)
    assert sandbox.id not in {each.id for each in daytona.list()}


def test_the_quickstart_example(server: Path) -> None:
    out = run("quickstart.py")
    assert out.count("Sum of 3 and 4 is 7") == 1
    assert "create: " in out
    assert " ms" in out


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py") if path.name != "quickstart.py"))
def test_every_other_example(name: str, daytona: Daytona) -> None:
    before = {sandbox.id for sandbox in daytona.list()}
    out = run(name)
    assert {sandbox.id for sandbox in daytona.list()} == before, "the example left a sandbox"
    expected = {
        "exec.py": [
            "HELLO, WORLD",
            "3 'out\\n' 'err\\n'",
            "check() raised: exit code 3",
            "['a', 'b c'] test",
            "timed out: ",
        ],
        "files.py": ["Hello, World!", "99999", "text goes as UTF-8: ä", "came back the same: True", "588889 bytes"],
        "logs.py": [
            "0 test in /tmp",
            "stdout: step 1",
            "stderr: finished",
            "again: step 1",
            "hello world",
        ],
        "asynchronous.py": ["[9, 16]", "gave up, and so did the sandbox", "some text"],
        "git_repository.py": ["app.py: ", "40 ['feat: say hello', 'first']", "feature 0"],
        "errors.py": [
            "DaytonaNotFoundError (NOT_FOUND, 404): ",
            "DaytonaNotFoundError: ",
            "DaytonaValidationError: ",
            "DaytonaTimeoutError: ",
            "DaytonaConnectionError: ",
        ],
    }[name]
    for text in expected:
        assert text in out
