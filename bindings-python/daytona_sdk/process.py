"""What running a command or code takes and gives."""

from __future__ import annotations

from ._daytona import Process, check_exit
from ._values import Value
from .errors import ProcessExecutionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["CodeRunParams", "ExecuteResponse", "ExecutionArtifacts", "Process", "ProcessExecutionError"]


class CodeRunParams(Value):
    """Arguments and environment of a ``process.code_run``.

    Example:
        ```python
        sandbox.process.code_run("import sys; print(sys.argv[1])", CodeRunParams(argv=["hello"]))
        ```
    """

    __slots__ = ("argv", "env")

    def __init__(self, argv: list[str] | None = None, env: dict[str, str] | None = None) -> None:
        self.argv = argv
        self.env = env


class ExecutionArtifacts(Value):
    """What a run left behind.

    Args:
        stdout: What it printed to stdout.
        charts: The charts it showed, as the toolbox sent them.
    """

    __slots__ = ("stdout", "charts")

    def __init__(self, stdout: str = "", charts: list[Any] | None = None) -> None:
        self.stdout = stdout
        self.charts = charts if charts is not None else []


class ExecuteResponse(Value):
    """The outcome of a command or of code.

    Args:
        exit_code: 0 on success; 128 + n when signal n ended it. A non-zero exit does not raise.
        result: stdout and stderr in the order they were written.
        artifacts: stdout again, and charts.
        stdout: stdout alone.
        stderr: stderr alone.

    Example:
        ```python
        response = sandbox.process.exec("ls -l | wc -l")
        response.check()
        print(response.result)
        ```
    """

    __slots__ = ("exit_code", "result", "artifacts", "stdout", "stderr")

    def __init__(
        self,
        exit_code: int = 0,
        result: str = "",
        artifacts: ExecutionArtifacts | None = None,
        *,
        stdout: str = "",
        stderr: str = "",
    ) -> None:
        self.exit_code = exit_code
        self.result = result
        self.artifacts = artifacts if artifacts is not None else ExecutionArtifacts(stdout)
        self.stdout = stdout
        self.stderr = stderr

    def check(self) -> ExecuteResponse:
        """Returns the response itself, or raises :class:`ProcessExecutionError` for a non-zero exit.

        Example:
            ```python
            version = sandbox.process.exec("git --version").check().stdout
            ```
        """
        check_exit(self.exit_code, self.result, self.stdout, self.stderr)
        return self
