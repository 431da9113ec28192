"""What running a command or code takes and gives."""

from __future__ import annotations

from ._daytona import AsyncProcess, AsyncSessionLogStream, Process, SessionLogStream, check_exit
from ._values import Value
from .errors import ProcessExecutionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .charts import Chart

__all__ = [
    "AsyncProcess",
    "AsyncSessionLogStream",
    "CodeRunParams",
    "Command",
    "ExecuteResponse",
    "ExecutionArtifacts",
    "Process",
    "ProcessExecutionError",
    "Session",
    "SessionExecuteRequest",
    "SessionExecuteResponse",
    "SessionLogChunk",
    "SessionLogStream",
]


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
        charts: The charts it showed: values of :mod:`daytona_sdk.charts`.

    Example:
        ```python
        response = sandbox.process.code_run("print(6 * 7)")
        print(response.artifacts.stdout, len(response.artifacts.charts))
        ```
    """

    __slots__ = ("stdout", "charts")

    def __init__(self, stdout: str = "", charts: list[Chart] | None = None) -> None:
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


class Command(Value):
    """A command of a session.

    Args:
        id: Its id.
        command: The command line.
        exit_code: None while it runs.

    Example:
        ```python
        session = sandbox.process.get_session("build")
        for command in session.commands:
            if command.exit_code is None:
                print(f"{command.command} still runs")
        ```
    """

    __slots__ = ("id", "command", "exit_code")

    def __init__(self, id: str, command: str = "", exit_code: int | None = None) -> None:
        self.id = id
        self.command = command
        self.exit_code = exit_code


class Session(Value):
    """A session: a shell that keeps its folder and variables from one command to the next.

    Args:
        session_id: Its id.
        commands: The commands it was given so far.

    Example:
        ```python
        sandbox.process.create_session("shell")
        session = sandbox.process.get_session("shell")
        print(session.session_id, [command.command for command in session.commands])
        ```
    """

    __slots__ = ("session_id", "commands")

    def __init__(self, session_id: str, commands: list[Command] | None = None) -> None:
        self.session_id = session_id
        self.commands = commands if commands is not None else []

    @property
    def id(self) -> str:
        """The same as ``session_id``.

        Example:
            ```python
            print([session.id for session in sandbox.process.list_sessions()])
            ```
        """
        return self.session_id


class SessionExecuteRequest(Value):
    """A command for a session.

    Args:
        command: The command line.
        run_async: Whether to return at once and let it run.
        var_async: Earlier name of ``run_async``.

    Example:
        ```python
        server = SessionExecuteRequest(command="python3 -m http.server 3000", run_async=True)
        sandbox.process.execute_session_command("build", server)
        ```
    """

    __slots__ = ("command", "run_async", "var_async")

    def __init__(self, command: str, run_async: bool | None = None, var_async: bool | None = None) -> None:
        self.command = command
        self.run_async = run_async
        self.var_async = var_async


class SessionExecuteResponse(Value):
    """The outcome of a command in a session.

    Args:
        cmd_id: Id of the command, for its logs.
        output: What it wrote, when it was waited for.
        exit_code: None while it runs.
        stdout: stdout alone, when it was waited for.
        stderr: stderr alone, when it was waited for.

    Example:
        ```python
        response = sandbox.process.execute_session_command("build", SessionExecuteRequest(command="pwd"))
        if response.exit_code == 0:
            print(response.stdout)
        ```
    """

    __slots__ = ("cmd_id", "output", "exit_code", "stdout", "stderr")

    def __init__(
        self,
        cmd_id: str = "",
        output: str | None = None,
        exit_code: int | None = None,
        *,
        stdout: str | None = None,
        stderr: str | None = None,
    ) -> None:
        self.cmd_id = cmd_id
        self.output = output
        self.exit_code = exit_code
        self.stdout = stdout
        self.stderr = stderr


class SessionLogChunk(Value):
    """A piece of a command's output, as it was written.

    Args:
        text: The text; it never ends within a character.
        source: ``"stdout"`` or ``"stderr"``.

    Example:
        ```python
        request = SessionExecuteRequest(command="echo fine; echo wrong >&2", run_async=True)
        command = sandbox.process.execute_session_command("build", request).cmd_id
        for chunk in sandbox.process.stream_session_command_logs("build", command):
            if chunk.source == "stderr":
                print(chunk.text)
        ```
    """

    __slots__ = ("text", "source")

    def __init__(self, text: str, source: str = "stdout") -> None:
        self.text = text
        self.source = source
