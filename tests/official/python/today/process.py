"""Commands, code and sessions."""

from __future__ import annotations

import asyncio
from typing import Any

from daytona import (
    CodeRunParams,
    CreateSandboxFromSnapshotParams,
    DaytonaConflictError,
    DaytonaNotFoundError,
    DaytonaTimeoutError,
    SessionExecuteRequest,
)

import facts
from registry import scenario
from today.waiting import until


@scenario
async def execute(daytona: Any, sandbox: Any) -> None:
    process = sandbox.process
    assert (await process.exec("echo 'one two' | tr a-z A-Z")).result == "ONE TWO\n"
    assert (await process.exec("pwd", cwd="/tmp")).result == "/tmp\n"
    assert (await process.exec('echo "$WORD"', env={"WORD": "it's"})).result == "it's\n"


@scenario
async def exit_codes(daytona: Any, sandbox: Any) -> None:
    assert (await sandbox.process.exec("exit 7")).exit_code == 7
    assert (await sandbox.process.exec("true")).exit_code == 0
    missing = await sandbox.process.exec("no-such-program")
    assert missing.exit_code == 127 and "not found" in missing.result
    assert (await sandbox.process.code_run("raise SystemExit(3)")).exit_code == 3


@scenario
async def exec_timeout(daytona: Any, sandbox: Any) -> None:
    with facts.raises(DaytonaTimeoutError, "timeout"):
        await sandbox.process.exec("sleep 600", timeout=1)


@scenario
async def code_run_python(daytona: Any, sandbox: Any) -> None:
    params = CodeRunParams(argv=["a", "b"], env={"WORD": "w"})
    code = "import os, sys\nprint(os.environ['WORD'], sys.argv[1:], 'ü')"
    assert (await sandbox.process.code_run(code, params)).result == "w ['a', 'b'] ü\n"
    failed = await sandbox.process.code_run("1 / 0")
    assert failed.exit_code == 1 and "ZeroDivisionError" in failed.result


@scenario
async def code_run_javascript(daytona: Any) -> None:
    sandbox = await daytona.create(CreateSandboxFromSnapshotParams(language="javascript"))
    try:
        answer = await sandbox.process.code_run("console.log([1, 2].map(n => n * 2).join())")
        assert answer.result == "2,4\n", answer.result
    finally:
        await daytona.delete(sandbox)


@scenario
async def code_run_typescript(daytona: Any) -> None:
    sandbox = await daytona.create(CreateSandboxFromSnapshotParams(language="typescript"))
    try:
        answer = await sandbox.process.code_run(facts.TYPESCRIPT)
        assert answer.result == "42\n", answer.result
    finally:
        await daytona.delete(sandbox)


@scenario
async def code_run_chart(daytona: Any, sandbox: Any) -> None:
    answer = await sandbox.process.code_run(facts.CHART)
    assert answer.exit_code == 0, answer.result
    [chart] = answer.artifacts.charts
    assert (chart.type, chart.title) == ("line", "A title")
    [element] = chart.elements
    assert (element.label, [tuple(point) for point in element.points]) == ("a line", [(1, 3), (2, 5)])


@scenario
async def session_life(daytona: Any, sandbox: Any) -> None:
    process = sandbox.process
    await process.create_session("work")
    with facts.raises(DaytonaConflictError, "already exists"):
        await process.create_session("work")
    assert (await process.get_session("work")).session_id == "work"
    assert [session.session_id for session in await process.list_sessions()] == ["work"]
    await process.delete_session("work")
    assert await process.list_sessions() == []
    with facts.raises(DaytonaNotFoundError, "not found"):
        await process.get_session("work")


@scenario
async def session_state(daytona: Any, sandbox: Any) -> None:
    await sandbox.process.create_session("work")

    async def run(command: str) -> Any:
        return await sandbox.process.execute_session_command("work", SessionExecuteRequest(command=command))

    await run("cd /tmp; export WORD=kept")
    answer = await run('echo "$PWD $WORD"; echo other >&2')
    assert (answer.stdout, answer.stderr, answer.exit_code) == ("/tmp kept\n", "other\n", 0)
    assert (await run("(exit 5)")).exit_code == 5
    commands = (await sandbox.process.get_session("work")).commands
    assert [command.command for command in commands][2] == "(exit 5)"


@scenario
async def session_async(daytona: Any, sandbox: Any) -> None:
    process = sandbox.process
    await process.create_session("work")
    request = SessionExecuteRequest(command="echo out; echo err >&2; (exit 4)", run_async=True)
    started = await process.execute_session_command("work", request)

    async def ended() -> bool:
        return (await process.get_session_command("work", started.cmd_id)).exit_code is not None

    await until(ended, "the command ends")
    assert (await process.get_session_command("work", started.cmd_id)).exit_code == 4
    logs = await process.get_session_command_logs("work", started.cmd_id)
    assert (logs.stdout, logs.stderr) == ("out\n", "err\n")


@scenario
async def session_follow(daytona: Any, sandbox: Any) -> None:
    process = sandbox.process
    await process.create_session("work")
    request = SessionExecuteRequest(command=facts.GATED + "; echo problem >&2", run_async=True)
    started = await process.execute_session_command("work", request)
    chunks: list[str] = []
    errors: list[str] = []
    opened: list[Any] = []

    def on_stdout(chunk: str) -> None:
        if chunk and not opened:
            # It came while the command runs: only now may the command go on.
            opened.append(asyncio.ensure_future(sandbox.fs.upload_file(b"", "gate")))
        chunks.append(chunk)

    following = process.get_session_command_logs_async("work", started.cmd_id, on_stdout, errors.append)
    await asyncio.wait_for(following, facts.DEADLINE)
    await opened[0]
    assert ("".join(chunks), "".join(errors)) == (facts.GATED_OUTPUT, "problem\n")
    assert (await process.get_session_command("work", started.cmd_id)).exit_code == 0


@scenario
async def session_input(daytona: Any, sandbox: Any) -> None:
    process = sandbox.process
    await process.create_session("work")
    request = SessionExecuteRequest(command="read line; echo got $line", run_async=True, suppress_input_echo=True)
    started = await process.execute_session_command("work", request)
    await process.send_session_command_input("work", started.cmd_id, "something")

    async def ended() -> bool:
        return (await process.get_session_command("work", started.cmd_id)).exit_code is not None

    await until(ended, "the command ends")
    assert (await process.get_session_command_logs("work", started.cmd_id)).stdout == "got something\n"
