"""`daytona setup` reaches sandboxes that already run."""

from __future__ import annotations

import subprocess

import pytest

from daytona_sdk import CreateSandboxParams, Daytona, ProcessExecutionError
from machine import BINARY, LocalServer

# An enum is code, so leaving out the types, which newer versions of Node can do by themselves, is not enough.
PROGRAM = "enum Answer { Found = 42 }; console.log(Answer.Found)"


@pytest.mark.usefixtures("server")
def test_a_running_sandbox_gets_the_typescript_runner() -> None:
    with Daytona() as daytona:
        sandbox = daytona.create(CreateSandboxParams(language="typescript"))
        with pytest.raises(ProcessExecutionError, match=r"daytona setup|exit code 1"):
            sandbox.process.code_run(PROGRAM).check()
        done = subprocess.run([BINARY, "setup"], capture_output=True, text=True, check=True)
        assert "tsx" in done.stdout
        response = sandbox.process.code_run(PROGRAM)
        assert (response.exit_code, response.result) == (0, "42\n")
        again = subprocess.run([BINARY, "setup"], capture_output=True, text=True, check=True)
        assert "has everything" in again.stdout
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
