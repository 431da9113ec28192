"""Commands, code and sessions."""

from __future__ import annotations

import asyncio
from typing import Any

import facts
from daytona_sdk import CreateSandboxParams, DaytonaError, Sandbox, SessionExecuteRequest
from daytona_sdk.common.code_run_params import CodeRunParams
from old.client import daytona
from registry import scenario


@scenario
def execute(sandbox: Sandbox) -> None:
    assert sandbox.process.exec("echo 'one two' | tr a-z A-Z").result == "ONE TWO\n"
    assert sandbox.process.exec("pwd", cwd="/tmp").result == "/tmp\n"
    assert sandbox.process.exec('echo "$WORD"', env={"WORD": "word"}).result == "word\n"


@scenario
def exit_codes(sandbox: Sandbox) -> None:
    assert sandbox.process.exec("exit 7").exit_code == 7
    assert sandbox.process.exec("true").exit_code == 0
    missing = sandbox.process.exec("no-such-program")
    assert missing.exit_code == 127 and "not found" in missing.result
    failed = sandbox.process.code_run("raise SystemExit(3)")
    assert failed.exit_code == 3


@scenario
def exec_timeout(sandbox: Sandbox) -> None:
    with facts.raises(DaytonaError, "timeout"):
        sandbox.process.exec("sleep 600", timeout=1)


@scenario
def code_run_python(sandbox: Sandbox) -> None:
    params = CodeRunParams(argv=["a", "b"], env={"WORD": "w"})
    code = "import os, sys\nprint(os.environ['WORD'], sys.argv[1:], 'ü')"
    assert sandbox.process.code_run(code, params).result.strip() == "w ['a', 'b'] ü"
    failed = sandbox.process.code_run("1 / 0")
    assert failed.exit_code == 1 and "ZeroDivisionError" in failed.result


@scenario
def code_run_javascript() -> None:
    sandbox = daytona.create(CreateSandboxParams(language="javascript"))
    try:
        assert sandbox.process.code_run("console.log([1, 2].map(n => n * 2).join())").result.strip() == "2,4"
    finally:
        daytona.remove(sandbox)


@scenario
def code_run_typescript() -> None:
    sandbox = daytona.create(CreateSandboxParams(language="typescript"))
    try:
        answer = sandbox.process.code_run(facts.TYPESCRIPT)
        assert answer.result.strip() == "42", answer
    finally:
        daytona.remove(sandbox)


@scenario
def code_run_chart(sandbox: Sandbox) -> None:
    answer = sandbox.process.code_run(facts.CHART)
    assert answer.exit_code == 0, answer.result
    [chart] = answer.artifacts.charts
    assert (chart.type, chart.title) == ("line", "A title")
    [element] = chart.elements
    assert (element.label, element.points) == ("a line", [[1, 3], [2, 5]])


@scenario
def session_life(sandbox: Sandbox) -> None:
    sandbox.process.create_session("work")
    with facts.raises(DaytonaError, "already exists"):
        sandbox.process.create_session("work")
    assert sandbox.process.get_session("work").session_id == "work"
    assert [session.session_id for session in sandbox.process.list_sessions()] == ["work"]
    sandbox.process.delete_session("work")
    assert sandbox.process.list_sessions() == []
    with facts.raises(DaytonaError, "not found"):
        sandbox.process.get_session("work")


@scenario
def session_state(sandbox: Sandbox) -> None:
    sandbox.process.create_session("work")

    def run(command: str) -> Any:
        return sandbox.process.execute_session_command("work", SessionExecuteRequest(command=command))

    run("cd /tmp; export WORD=kept")
    answer = run('echo "$PWD $WORD"')
    assert (answer.output, answer.exit_code) == ("/tmp kept\n", 0)
    assert run("(exit 5)").exit_code == 5
    commands = sandbox.process.get_session("work").commands
    assert [command.command for command in commands][1] == 'echo "$PWD $WORD"'


@scenario
def session_async(sandbox: Sandbox) -> None:
    sandbox.process.create_session("work")
    request = SessionExecuteRequest(command="echo out; echo err >&2; (exit 4)", run_async=True)
    started = sandbox.process.execute_session_command("work", request)

    def ended() -> bool:
        return sandbox.process.get_session_command("work", started.cmd_id).exit_code is not None

    facts.until(ended, "the command ends")
    command = sandbox.process.get_session_command("work", started.cmd_id)
    assert command.exit_code == 4
    logs = sandbox.process.get_session_command_logs("work", started.cmd_id)
    assert sorted(logs.split()) == ["err", "out"]


@scenario
def session_follow(sandbox: Sandbox) -> None:
    sandbox.process.create_session("work")
    request = SessionExecuteRequest(command=facts.GATED, var_async=True)
    started = sandbox.process.execute_session_command("work", request)
    chunks: list[str] = []

    def on_logs(chunk: str) -> None:
        if not chunks:
            # It came while the command runs: only now may the command go on.
            sandbox.fs.upload_file("gate", b"")
        chunks.append(chunk)

    asyncio.run(sandbox.process.get_session_command_logs_async("work", started.cmd_id, on_logs))
    assert "".join(chunks) == facts.GATED_OUTPUT
    assert sandbox.process.get_session_command("work", started.cmd_id).exit_code == 0
