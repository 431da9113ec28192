"""What `daytona setup` puts into the tools layer, as sandboxes see it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from daytona_sdk import CreateSandboxParams, Daytona, ProcessExecutionError
from machine import LocalServer

# An enum is code, so leaving out the types, which newer versions of Node can do by themselves, is not enough.
PROGRAM = "enum Answer { Found = 42 }; console.log(Answer.Found)"
# The layer that `daytona setup` made for all tests; see scripts/test.sh.
LAYER = Path(os.environ["DAYTONA_TOOLS_DIR"])


def add(part: str, server: LocalServer) -> None:
    """Moves a part into the server's layer, as setup does once it has made it."""
    aside = server.data / "tools" / f".{part}.new"
    shutil.copytree(LAYER / part, aside, symlinks=True)
    aside.rename(server.data / "tools" / part)


def test_a_running_sandbox_gets_the_typescript_runner(server: LocalServer) -> None:
    with Daytona() as daytona:
        sandbox = daytona.create(CreateSandboxParams(language="typescript"))
        with pytest.raises(ProcessExecutionError, match=r"daytona setup|exit code 1"):
            sandbox.process.code_run(PROGRAM).check()
        add("node", server)
        response = sandbox.process.code_run(PROGRAM)
        assert (response.exit_code, response.result) == (0, "42\n")
        daytona.remove(sandbox)


def test_the_documented_packages_are_there_and_a_users_own_win(server: LocalServer) -> None:
    add("python", server)
    with Daytona() as daytona:
        for user in ("daytona", "root"):
            sandbox = daytona.create(CreateSandboxParams(os_user=user))
            for python in ("python", "python3"):
                said = sandbox.process.exec(f"{python} -c 'import flask, matplotlib, pandas; print(flask.__file__)'")
                said.check()
                assert said.result.startswith("/opt/daytona/tools/python/packages/")
            assert sandbox.process.code_run("import numpy; print(numpy.__version__)").result == "2.2.3\n"
            assert sandbox.process.exec("pip --version && flask --version").exit_code == 0
            # What pip does for a user: the folder is the one it would choose.
            own = (
                'mkdir -p "$(python -m site --user-site)" && echo "mine = 1" > "$(python -m site --user-site)/flask.py"'
            )
            sandbox.process.exec(own).check()
            assert sandbox.process.exec("python -c 'import flask; print(flask.mine)'").result == "1\n"
            clean = "python -m venv --without-pip clean && clean/bin/python -c 'import flask'"
            assert "No module named 'flask'" in sandbox.process.exec(clean).result
            daytona.remove(sandbox)


def test_the_layer_is_read_only(server: LocalServer) -> None:
    (server.data / "tools" / "mark").write_text("ours")
    with Daytona() as daytona:
        sandbox = daytona.create(CreateSandboxParams(os_user="root"))
        written = sandbox.process.exec("cat /opt/daytona/tools/mark; echo theirs > /opt/daytona/tools/mark")
        assert written.exit_code != 0
        assert written.result.startswith("ours")
        assert "Read-only file system" in written.result
        daytona.remove(sandbox)
    assert (server.data / "tools" / "mark").read_text() == "ours"
