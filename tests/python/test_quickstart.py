"""The scripts a newcomer runs: the quickstart of the documents, and everything in examples/python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from daytona_sdk import CreateSandboxParams, Daytona
from support import wait_until

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "python"


def run(path: Path) -> str:
    # Without a key, the agent has a scripted model.
    environment = {name: value for name, value in os.environ.items() if name != "ANTHROPIC_API_KEY"}
    done = subprocess.run(
        [sys.executable, "-W", "error", path], env=environment, capture_output=True, text=True, timeout=120, check=False
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
    out = run(EXAMPLES / "quickstart.py")
    assert out.count("Sum of 3 and 4 is 7") == 1
    assert "create: " in out
    assert " ms" in out


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py") if path.name != "quickstart.py"))
def test_every_other_example(name: str, daytona: Daytona) -> None:
    before = {sandbox.id for sandbox in daytona.list()}
    out = run(EXAMPLES / name)
    # One that was given up is being removed as the example ends.
    wait_until(lambda: {sandbox.id for sandbox in daytona.list()} == before, "the example leaves no sandbox")
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
        "lifecycle.py": [
            "found by label: True",
            "stage: review",
            "state: stopped\nstate: started file: still here",
            "labels: yes memory: 1",
            "removed",
        ],
        "lsp.py": ["symbols: ['greet', 'os']", "completions: True True"],
        "preview.py": ["url: http://", "with the token: 200 Hello from the sandbox", "without it: closed"],
        "charts.py": [
            "Growth: [('squares', [(1.0, 1.0), (2.0, 4.0), (3.0, 9.0)])] over n",
            "Fruit: [('apples', 3.0), ('pears', 4.0)]",
            "chart-1.png is a picture: True",
        ],
        "images.py": ["no registry.example/team/data-science:2.1 (", "image: host", "runs on: ", "python: 3."],
        "agent.py": ["turn 1: exit code 1, ", "turn 2: exit code 0, ['2568']", "answer: 2568"],
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


def test_the_notebook(daytona: Daytona, tmp_path: Path) -> None:
    """In a kernel, as Jupyter runs it: an event loop runs already, and cells may await."""
    notebook = nbformat.read(EXAMPLES / "notebook.ipynb", as_version=4)
    before = {sandbox.id for sandbox in daytona.list()}
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert {output.get("name") for output in outputs} == {"stdout"}, outputs
    out = "".join(output.text for output in outputs)
    for text in ["45\n", "epoch 1\nepoch 2\nepoch 3\n", "Sales [('Jan', 3.0), ('Feb', 4.0)]", "removed"]:
        assert text in out
    assert {sandbox.id for sandbox in daytona.list()} == before, "the notebook left a sandbox"
