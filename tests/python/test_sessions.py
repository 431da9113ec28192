"""Sessions and the output of their commands: whole, followed by callbacks, followed by iterators."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from daytona_sdk import (
    AsyncDaytona,
    Command,
    DaytonaConflictError,
    DaytonaError,
    DaytonaNotFoundError,
    Sandbox,
    Session,
    SessionExecuteRequest,
    SessionLogChunk,
)
from support import run_script, wait_until

Start = Callable[[str], str]


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[str]:
    """A session of its own for each test."""
    name = f"test-{uuid.uuid4()}"
    sandbox.process.create_session(name)
    yield name
    sandbox.process.delete_session(name)


@pytest.fixture
def start(sandbox: Sandbox, session: str) -> Start:
    """Starts a command in the session and gives its id."""

    def run(command: str) -> str:
        request = SessionExecuteRequest(command=command, run_async=True)
        response = sandbox.process.execute_session_command(session, request)
        assert response.cmd_id
        assert response.exit_code is None
        return response.cmd_id

    return run


# Sessions.


def test_a_session_keeps_folder_and_variables(sandbox: Sandbox, session: str) -> None:
    def run(command: str) -> str | None:
        return sandbox.process.execute_session_command(session, SessionExecuteRequest(command=command)).output

    run("cd /tmp; GREETING=hello; function shout { echo $1 | tr a-z A-Z; }")
    assert run("pwd; shout $GREETING") == "/tmp\nHELLO\n"


def test_a_command_has_output_exit_code_and_logs(sandbox: Sandbox, session: str) -> None:
    request = SessionExecuteRequest(command="echo out; echo err >&2; (exit 3)")
    response = sandbox.process.execute_session_command(session, request)
    assert (response.exit_code, response.stdout, response.stderr) == (3, "out\n", "err\n")
    assert response.cmd_id
    command = sandbox.process.get_session_command(session, response.cmd_id)
    assert command == Command(response.cmd_id, request.command, 3)
    assert sorted(sandbox.process.get_session_command_logs(session, response.cmd_id).splitlines()) == ["err", "out"]
    assert sandbox.process.get_session(session) == Session(session, [command])
    assert session in {each.session_id for each in sandbox.process.list_sessions()}


def test_both_names_of_run_async(sandbox: Sandbox, session: str) -> None:
    for request in (
        SessionExecuteRequest(command="sleep 600", run_async=True),
        SessionExecuteRequest(command="sleep 600", var_async=True),
    ):
        response = sandbox.process.execute_session_command(session, request)
        assert response.exit_code is None


def test_a_heredoc_runs_as_written(sandbox: Sandbox, session: str) -> None:
    command = "cat <<'EOF'\n$HOME \"quoted\" `date`\nEOF\necho after"
    response = sandbox.process.execute_session_command(session, SessionExecuteRequest(command=command))
    assert response.output == '$HOME "quoted" `date`\nafter\n'


def test_a_command_reads_what_is_sent_to_it(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("read line; echo got $line")
    sandbox.process.send_session_command_input(session, command, "some text\n")
    assert [chunk.text for chunk in sandbox.process.stream_session_command_logs(session, command)][-1].endswith(
        "got some text\n"
    )


def test_an_id_is_used_once(sandbox: Sandbox, session: str) -> None:
    with pytest.raises(DaytonaConflictError):
        sandbox.process.create_session(session)


def test_an_id_may_look_like_a_path(sandbox: Sandbox) -> None:
    name = f"a/b {uuid.uuid4()}/ü?#%2F"
    try:
        sandbox.process.create_session(name)
    except DaytonaError:
        return  # refused is fine too, as long as it is said
    try:
        assert sandbox.process.get_session(name).session_id == name
        request = SessionExecuteRequest(command="echo fine")
        assert sandbox.process.execute_session_command(name, request).output == "fine\n"
    finally:
        sandbox.process.delete_session(name)


def test_what_does_not_exist(sandbox: Sandbox, session: str) -> None:
    process = sandbox.process
    for call in (
        lambda: process.get_session("no such session"),
        lambda: process.delete_session("no such session"),
        lambda: process.get_session_command(session, "no-such-command"),
        lambda: process.get_session_command_logs(session, "no-such-command"),
        lambda: list(process.stream_session_command_logs(session, "no-such-command")),
        lambda: asyncio.run(process.get_session_command_logs_async(session, "no-such-command", print)),
    ):
        with pytest.raises(DaytonaNotFoundError):
            call()


def test_a_request_must_be_one(sandbox: Sandbox, session: str) -> None:
    with pytest.raises(TypeError, match="req must be a SessionExecuteRequest, not str"):
        sandbox.process.execute_session_command(session, "true")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="run_async must be a bool"):
        sandbox.process.execute_session_command(session, SessionExecuteRequest("true", run_async=3))  # type: ignore[arg-type]


# Iterators.


def text_of(chunks: list[SessionLogChunk], source: str) -> str:
    return "".join(chunk.text for chunk in chunks if chunk.source == source)


def test_an_iterator_ends_with_the_command(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("for i in 1 2 3; do echo out$i; echo err$i >&2; sleep 0.1; done")
    chunks = list(sandbox.process.stream_session_command_logs(session, command))
    assert text_of(chunks, "stdout") == "out1\nout2\nout3\n"
    assert text_of(chunks, "stderr") == "err1\nerr2\nerr3\n"
    # From the beginning again, though the command has ended.
    again = list(sandbox.process.stream_session_command_logs(session, command))
    assert text_of(again, "stdout") == "out1\nout2\nout3\n"


def test_output_is_live(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("echo ready; read line; echo $line")
    with sandbox.process.stream_session_command_logs(session, command) as stream:
        assert next(stream) == SessionLogChunk("ready\n", "stdout")
        sandbox.process.send_session_command_input(session, command, "go\n")
        assert "go\n" in "".join(chunk.text for chunk in stream)


def test_no_character_is_split_and_nothing_is_lost(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("python3 -c \"print('ä🚀' * 200000)\"")
    chunks = list(sandbox.process.stream_session_command_logs(session, command))
    assert len(chunks) > 1
    assert text_of(chunks, "stdout") == "ä🚀" * 200_000 + "\n"


def test_invalid_utf_8_is_replaced(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start(r"printf 'a\377b\n'")
    chunks = list(sandbox.process.stream_session_command_logs(session, command))
    assert text_of(chunks, "stdout") == "a\ufffdb\n"


def test_a_closed_stream_has_ended_and_the_command_runs_on(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("echo first; sleep 600")
    stream = sandbox.process.stream_session_command_logs(session, command)
    assert next(stream).text == "first\n"
    stream.close()
    assert list(stream) == []
    assert sandbox.process.get_session_command(session, command).exit_code is None


def test_closing_a_stream_ends_a_reader_that_waits(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("echo first; sleep 600")
    stream = sandbox.process.stream_session_command_logs(session, command)
    assert next(stream).text == "first\n"
    rest: list[list[SessionLogChunk]] = []
    reader = threading.Thread(target=lambda: rest.append(list(stream)), daemon=True)
    reader.start()
    closer = threading.Thread(target=stream.close, daemon=True)
    closer.start()
    for thread in (reader, closer):
        thread.join(60)
        assert not thread.is_alive(), "the command is silent, and the stream waits for it"
    assert rest == [[]]

    async def main() -> None:
        async with AsyncDaytona() as daytona:
            process = (await daytona.get(sandbox.id)).process
            stream = process.stream_session_command_logs(session, command)
            assert (await stream.__anext__()).text == "first\n"
            reading = asyncio.create_task(stream.__anext__())
            await asyncio.sleep(0)
            await asyncio.wait_for(stream.close(), 60)
            with pytest.raises(StopAsyncIteration):
                await reading

    asyncio.run(main())


def test_the_sync_client_s_stream_works_in_a_loop_too(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("echo text")

    async def main() -> list[SessionLogChunk]:
        async with sandbox.process.stream_session_command_logs(session, command) as stream:
            return [chunk async for chunk in stream]

    assert asyncio.run(main()) == [SessionLogChunk("text\n", "stdout")]


def test_a_cancelled_reader_loses_and_doubles_nothing(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("for i in $(seq 300); do echo $i; done; sleep 0.2; for i in $(seq 301 600); do echo $i; done")

    async def main() -> str:
        async with AsyncDaytona() as daytona:
            process = (await daytona.get(sandbox.id)).process
            stream, text, turn = process.stream_session_command_logs(session, command), "", 0
            while True:
                turn += 1
                step = asyncio.create_task(stream.__anext__())
                for _ in range(turn % 7):
                    await asyncio.sleep(0)
                if turn % 5:
                    step.cancel()
                try:
                    text += (await step).text
                except asyncio.CancelledError:
                    continue
                except StopAsyncIteration:
                    return text

    assert asyncio.run(main()) == "".join(f"{number}\n" for number in range(1, 601))


# Callbacks.


def follow(sandbox: Sandbox, session: str, command: str, *callbacks: Any) -> None:
    asyncio.run(sandbox.process.get_session_command_logs_async(session, command, *callbacks))


def test_callbacks_get_the_text(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("echo out; sleep 0.1; echo err >&2")
    both: list[str] = []
    follow(sandbox, session, command, both.append)
    assert sorted("".join(both).splitlines()) == ["err", "out"]
    out: list[str] = []
    err: list[str] = []
    follow(sandbox, session, command, out.append, err.append)
    assert ("".join(out), "".join(err)) == ("out\n", "err\n")


def test_callbacks_may_be_coroutines(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("echo a; sleep 0.1; echo b")
    got: list[str] = []

    async def slowly(text: str) -> None:
        await asyncio.sleep(0.01)
        got.append(text)

    follow(sandbox, session, command, slowly)
    assert "".join(got) == "a\nb\n"


def test_the_async_client_follows_too(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("echo a; sleep 0.1; echo b")
    got: list[str] = []

    async def main() -> None:
        async with AsyncDaytona() as daytona:
            process = (await daytona.get(sandbox.id)).process
            await process.get_session_command_logs_async(session, command, got.append)

    asyncio.run(main())
    assert "".join(got) == "a\nb\n"


def test_what_a_callback_raises_is_raised(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("echo a; sleep 600")

    class MineError(Exception):
        pass

    def plain(_text: str) -> None:
        raise MineError

    async def coroutine(_text: str) -> None:
        raise MineError

    for callback in (plain, coroutine):
        with pytest.raises(MineError):
            follow(sandbox, session, command, callback)


def test_a_callback_may_use_the_client(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("echo a; sleep 0.1; echo b")
    answers: list[str] = []
    follow(sandbox, session, command, lambda text: answers.append(sandbox.process.exec(f"printf %s {text}").result))
    assert "".join(answers) == "ab"


def test_callbacks_see_the_context_of_their_task(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("echo a")
    variable = contextvars.ContextVar("variable", default="unset")
    seen: list[tuple[str, int]] = []

    async def main() -> None:
        variable.set("set")
        process = sandbox.process
        await process.get_session_command_logs_async(
            session, command, lambda _: seen.append((variable.get(), threading.get_ident()))
        )

    asyncio.run(main())
    assert set(seen) == {("set", threading.get_ident())}


def test_following_can_be_cancelled(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("echo a; sleep 600")
    got: list[str] = []

    async def main() -> None:
        following = asyncio.create_task(
            sandbox.process.get_session_command_logs_async(session, command, got.append)  # type: ignore[arg-type]
        )
        while not got:
            await asyncio.sleep(0.01)
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following

    asyncio.run(main())
    assert sandbox.process.get_session_command(session, command).exit_code is None


def test_a_slow_reader_is_served_in_bounded_memory(sandbox: Sandbox, session: str, start: Start) -> None:
    size = 64 * 1024 * 1024
    command = start(f"head -c {size} /dev/zero | tr '\\0' x; echo; echo done >&2")
    done = run_script(
        f"""
        import time
        from pathlib import Path
        from daytona_sdk import Daytona

        def peak():
            status = Path("/proc/self/status").read_text()
            return int(status.partition("VmHWM:")[2].split()[0]) * 1024

        process = Daytona().get({sandbox.id!r}).process
        stream = process.stream_session_command_logs({session!r}, {command!r})
        read = len(next(stream).text)
        Path("/proc/self/clear_refs").write_text("5")
        before = peak()
        time.sleep(1)      # the reader is slow; what is measured is memory, not time
        read += sum(len(chunk.text) for chunk in stream)
        print(read, peak() - before)
        """,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    read, grown = map(int, done.stdout.split())
    assert read == size + len("\ndone\n")
    print(f"{size >> 20} MiB of output: {grown / 1_048_576:.1f} MiB more memory")
    assert grown < size // 2


def test_the_interpreter_exits_during_a_stream(sandbox: Sandbox, session: str, start: Start) -> None:
    command = start("while sleep 0.01; do echo tick; done")
    for code in (
        "for chunk in process.stream_session_command_logs(session, command): got.set()",
        "asyncio.run(process.get_session_command_logs_async(session, command, lambda _: got.set()))",
    ):
        done = run_script(
            f"""
            import asyncio, threading
            from daytona_sdk import Daytona

            session, command, got = {session!r}, {command!r}, threading.Event()
            process = Daytona().get({sandbox.id!r}).process

            def follow():
                {code}

            threading.Thread(target=follow, daemon=True).start()
            assert got.wait(20)
            print("leaving")
            """
        )
        assert (done.stdout, done.stderr, done.returncode) == ("leaving\n", "", 0)


def test_deleting_a_session_ends_what_it_runs(sandbox: Sandbox) -> None:
    name = f"test-{uuid.uuid4()}"
    sandbox.process.create_session(name)
    request = SessionExecuteRequest(command="sh -c 'trap \"\" TERM; sleep 4711' & wait", run_async=True)
    sandbox.process.execute_session_command(name, request)

    def running() -> bool:
        return "4711" in sandbox.process.exec("cat /proc/[0-9]*/cmdline | tr '\\0' ' '").result

    wait_until(running, "the command runs")
    sandbox.process.delete_session(name)
    wait_until(lambda: not running(), "nothing of the session runs any more")
