"""AsyncDaytona: coroutines, cancellation, event loops, threads, fork, exit."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from daytona_sdk import AsyncDaytona, AsyncSandbox, DaytonaConfig, DaytonaNotFoundError, Sandbox
from support import answering_server, read_line, run_script, script, silent_server

EMPTY_PAGE = b'{"items": [], "nextCursor": null}'
SANDBOX = b'{"id": "one", "state": "started"}'


@contextlib.contextmanager
def started(code: str, url: str) -> Iterator[subprocess.Popen[str]]:
    """A script against an API URL, in a process group of its own that does not outlive the test."""
    child = subprocess.Popen(
        script(code),
        env={**os.environ, "DAYTONA_API_URL": url, "DAYTONA_API_KEY": "k"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


def client(url: str) -> AsyncDaytona:
    return AsyncDaytona(DaytonaConfig(api_key="k", api_url=url))


def quick() -> contextlib.AbstractContextManager[str]:
    return answering_server(lambda *_: (200, {}, EMPTY_PAGE))


async def until(condition: Callable[[], Any]) -> None:
    """Polls without holding up the loop; the test's own time limit is that of its fixtures."""
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not within 20 s")


# What a method returns.


def test_what_methods_return_is_a_coroutine() -> None:
    with quick() as url:
        daytona = client(url)

        async def main() -> None:
            assert await daytona.list() == []
            assert await asyncio.create_task(daytona.list()) == []
            assert await asyncio.gather(daytona.list(), daytona.list()) == [[], []]
            assert await asyncio.wait_for(daytona.list(), timeout=20) == []
            call = daytona.list()
            assert asyncio.iscoroutine(call)
            assert await call == []
            with pytest.raises(RuntimeError, match="already awaited"):
                await call

        asyncio.run(main())
        assert asyncio.run(daytona.list()) == []


def test_a_call_that_is_never_awaited_does_nothing_and_says_so() -> None:
    asked: list[str] = []

    def answer(_method: str, path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        asked.append(path)
        return 200, {}, EMPTY_PAGE

    with answering_server(answer) as url:
        daytona = client(url)
        with pytest.warns(RuntimeWarning, match="never awaited") as caught:
            daytona.list()
    assert caught[0].filename == __file__
    assert asked == []


def test_errors_are_those_of_the_sync_client() -> None:
    with answering_server(lambda *_: (404, {}, b'{"statusCode": 404, "message": "no such sandbox"}')) as url:
        with pytest.raises(DaytonaNotFoundError, match="no such sandbox") as raised:
            asyncio.run(client(url).get("x"))
        assert raised.value.status == 404
    # What can be seen without asking anyone is raised by the call itself.
    with pytest.raises(TypeError, match="sandbox_id"):
        client("http://127.0.0.1:9/api").get()  # type: ignore[call-arg]


def test_it_needs_a_running_loop() -> None:
    call = client("http://127.0.0.1:9/api").list()
    with pytest.raises(RuntimeError, match="no running event loop"):
        call.send(None)


def test_reprs_say_which_client_it_is() -> None:
    with answering_server(lambda *_: (200, {}, SANDBOX)) as url:
        daytona = client(url)
        assert repr(daytona).startswith("AsyncDaytona(")
        assert repr(asyncio.run(daytona.get("one"))) == 'AsyncSandbox(id="one", state="started")'


# Loops and threads.


def test_loops_may_come_and_go() -> None:
    with quick() as url:
        daytona = client(url)
        for _ in range(3):
            assert asyncio.run(daytona.list()) == []


def test_loops_in_many_threads_share_a_client() -> None:
    wrong: list[object] = []

    def answer(_method: str, path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, b'{"id": "%s", "state": "started"}' % path.rpartition("/")[2].encode()

    with answering_server(answer) as url:
        daytona = client(url)

        def work(number: int) -> None:
            async def main() -> None:
                names = [f"sandbox-{number}-{turn}" for turn in range(10)]
                found = await asyncio.gather(*(daytona.get(name) for name in names))
                wrong.extend(pair for pair in zip(names, found) if pair[0] != pair[1].id)

            try:
                asyncio.run(main())
            except BaseException as error:
                wrong.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_it_works_under_uvloop() -> None:
    with quick() as url:
        done = run_script(
            f"""
            import asyncio, uvloop
            from daytona_sdk import AsyncDaytona, DaytonaConfig

            daytona = AsyncDaytona(DaytonaConfig(api_key="k", api_url={url!r}))

            async def main():
                assert await asyncio.create_task(daytona.list()) == []
                try:
                    await asyncio.wait_for(daytona.create(timeout=None), 0)
                except asyncio.TimeoutError:
                    print("cancelled")

            uvloop.install()
            asyncio.run(main())
            asyncio.run(main())
            """
        )
    assert (done.stdout, done.stderr) == ("cancelled\ncancelled\n", "")


def test_a_thousand_calls_at_once() -> None:
    with quick() as url:
        daytona = client(url)

        async def main() -> list[list[AsyncSandbox]]:
            gate = asyncio.Semaphore(100)

            async def one() -> list[AsyncSandbox]:
                async with gate:
                    return await daytona.list()

            return await asyncio.gather(*(one() for _ in range(1000)))

        assert asyncio.run(main()) == [[]] * 1000


# Cancellation.


def test_cancelling_a_task_breaks_off_the_request() -> None:
    broken_off = threading.Event()

    with silent_server() as (url, taken):
        daytona = client(url)

        async def main() -> None:
            task = asyncio.create_task(daytona.list())
            await asyncio.to_thread(taken.acquire)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert task.cancelled()
            # The connection is closed at once, not when the client goes.
            await until(lambda: connections_to(url) == 0)
            broken_off.set()

        asyncio.run(main())
    assert broken_off.is_set()


def connections_to(url: str) -> int:
    """Established connections of this process to the port of a URL, as the kernel lists them."""
    port = f"{int(url.rpartition(':')[2].partition('/')[0]):04X}"
    rows = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    # Local and remote address, state 01: established. Ours are those whose remote port is the server's.
    return sum(row[2].endswith(":" + port) and row[3] == "01" for row in rows)


@pytest.mark.parametrize("how", ["cancel", "close", "collect"])
def test_a_create_that_is_given_up_leaves_no_sandbox(how: str) -> None:
    requested, released, removed = threading.Event(), threading.Event(), threading.Event()

    def answer(method: str, path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if method == "POST":
            requested.set()
            released.wait(20)
        if method == "DELETE":
            assert path.partition("?")[0].endswith("/sandbox/one")
            removed.set()
        return 200, {}, SANDBOX

    with answering_server(answer) as url:
        daytona = client(url)

        async def main() -> None:
            call = daytona.create(timeout=None)
            if how == "cancel":
                task = asyncio.create_task(call)
                await until(requested.is_set)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            else:
                call.send(None)
                await until(requested.is_set)
                if how == "close":
                    call.close()
                del call
            released.set()
            await until(removed.is_set)

        asyncio.run(main())


def test_a_create_cancelled_while_its_answer_is_on_the_way_leaves_no_sandbox() -> None:
    made: list[str] = []
    removed: list[str] = []
    cancelled = threading.Event()

    def answer(method: str, path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if method == "POST":
            name = f"s{len(made)}"
            made.append(name)
            assert cancelled.wait(20)
            return 200, {}, b'{"id": "%s", "state": "started"}' % name.encode()
        if method == "DELETE":
            removed.append(path.partition("?")[0].rpartition("/")[2])
        return 200, {}, SANDBOX

    with answering_server(answer) as url:
        daytona = client(url)

        async def main() -> None:
            kept: list[str] = []
            for turn in range(60):
                # Some answers leave only after the cancellation; the others race it.
                if turn % 6 == 0:
                    cancelled.clear()
                task = asyncio.create_task(daytona.create(timeout=None))
                # Cancelled at a different moment each time: before, while and after the answer comes.
                for _ in range(turn * 3):
                    await asyncio.sleep(0)
                if turn % 3 == 0:
                    await until(lambda turn=turn: len(made) > len(kept) + len(removed))  # type: ignore[misc]
                task.cancel()
                cancelled.set()
                with contextlib.suppress(asyncio.CancelledError):
                    kept.append((await task).id)
            await until(lambda: sorted({*made} - {*removed}) == sorted(kept))

        asyncio.run(main())
    assert removed, "no turn was cancelled after the server had made the sandbox"


def test_a_timeout_of_the_caller_kills_the_command(sandbox: Sandbox) -> None:
    async def main() -> None:
        async with AsyncDaytona() as daytona:
            process = (await daytona.get(sandbox.id)).process
            mark = f"sleep 6{os.getpid()}"
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(process.exec(mark), 1)

            async def runs() -> bool:
                return mark in (await process.exec("cat /proc/*/cmdline 2>/dev/null | tr '\\0' ' '")).result.replace(
                    "cat /proc/*/cmdline", ""
                )

            for _ in range(200):
                if not await runs():
                    return
                await asyncio.sleep(0.05)
            raise AssertionError("the command runs on")

    asyncio.run(main())


# Files.


def test_a_piece_of_a_download_survives_a_cancelled_reader(sandbox: Sandbox) -> None:
    content = os.urandom(4_000_000)
    sandbox.fs.upload_file("/tmp/pieces", content)

    async def main() -> bytes:
        async with AsyncDaytona() as daytona:
            fs = (await daytona.get(sandbox.id)).fs
            read, cancelled = bytearray(), 0
            async with await fs.download_file_stream("/tmp/pieces") as stream:
                for turn in range(1_000_000):
                    step = asyncio.create_task(stream.__anext__())
                    # Cancelled at another moment each time, and in one of five turns not at all.
                    for _ in range(turn % 7):
                        await asyncio.sleep(0)
                    if turn % 5:
                        step.cancel()
                    try:
                        read += await step
                    except StopAsyncIteration:
                        break
                    except asyncio.CancelledError:
                        cancelled += 1
            assert cancelled
            return bytes(read)

    assert asyncio.run(main()) == content


def test_what_a_file_object_raises_is_raised(sandbox: Sandbox) -> None:
    class Torn:
        def read(self, _size: int) -> bytes:
            raise OSError("the tape is torn")

    async def main() -> None:
        async with AsyncDaytona() as daytona:
            fs = (await daytona.get(sandbox.id)).fs
            with pytest.raises(OSError, match="the tape is torn"):
                await fs.upload_file("/tmp/torn", Torn())  # type: ignore[call-overload]

    asyncio.run(main())


# Signals, fork, exit.


def test_ctrl_c_cancels_and_leaves_no_sandbox() -> None:
    requested, interrupted, removed = threading.Event(), threading.Event(), threading.Event()

    def answer(method: str, _path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if method == "POST":
            requested.set()
            interrupted.wait(20)
        if method == "DELETE":
            removed.set()
        return 200, {}, SANDBOX

    code = """
        import asyncio
        from daytona_sdk import AsyncDaytona
        try:
            asyncio.run(AsyncDaytona().create(timeout=None))
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        """
    with answering_server(answer) as url, started(code, url) as child:
        assert requested.wait(20)
        child.send_signal(signal.SIGINT)
        assert read_line(child) == "interrupted\n"
        interrupted.set()
        out, err = child.communicate(timeout=20)
        assert (out, err, child.returncode) == ("", "", 0)
        assert removed.is_set()


def test_a_client_works_in_a_forked_child() -> None:
    code = """
        import asyncio, os
        from daytona_sdk import AsyncDaytona

        daytona = AsyncDaytona()
        assert asyncio.run(daytona.list()) == []
        for depth in range(2):
            child = os.fork()
            if child:
                _, status = os.waitpid(child, 0)
                assert asyncio.run(daytona.list()) == []
                os._exit(os.waitstatus_to_exitcode(status))
            assert asyncio.run(daytona.list()) == []
        """
    with quick() as url, started(code, url) as child:
        _, err = child.communicate(timeout=60)
    # Newer Pythons warn of every fork in a process with threads.
    assert child.returncode == 0, err


def test_exits_are_quiet_however_fast() -> None:
    code = """
        import asyncio
        from daytona_sdk import AsyncDaytona
        assert asyncio.run(AsyncDaytona().list()) == []
        """
    with quick() as url:
        for _ in range(15):
            with started(code, url) as child:
                out, err = child.communicate(timeout=60)
            assert (out, err, child.returncode) == ("", "", 0)


def test_the_interpreter_exits_during_a_call() -> None:
    code = """
        import asyncio, threading
        from daytona_sdk import AsyncDaytona
        threading.Thread(target=lambda: asyncio.run(AsyncDaytona().list()), daemon=True).start()
        input()
        print("leaving")
        """
    with silent_server() as (url, taken), started(code, url) as child:
        assert taken.acquire(timeout=20)
        out, err = child.communicate("go\n", timeout=20)
    assert (out, err, child.returncode) == ("leaving\n", "", 0)


def test_an_exit_hook_older_than_the_import_is_told_that_it_is_too_late() -> None:
    code = """
        import asyncio, atexit
        atexit.register(lambda: asyncio.run(daytona.list()))
        from daytona_sdk import AsyncDaytona
        daytona = AsyncDaytona()
        asyncio.run(daytona.list())
        """
    with quick() as url, started(code, url) as child:
        _, err = child.communicate(timeout=20)
    assert "the interpreter is shutting down" in err
    assert child.returncode >= 0, "it crashed"


def test_an_exit_hook_may_use_the_client() -> None:
    code = """
        import asyncio, atexit
        from daytona_sdk import AsyncDaytona
        daytona = AsyncDaytona()
        atexit.register(lambda: print(asyncio.run(daytona.list()), flush=True))
        asyncio.run(daytona.list())
        """
    with quick() as url, started(code, url) as child:
        out, err = child.communicate(timeout=20)
    assert (out, err, child.returncode) == ("[]\n", "", 0)


def test_a_whole_day(server: Path) -> None:
    async def main() -> None:
        async with AsyncDaytona() as daytona:
            sandbox = await daytona.create()
            try:
                assert (await sandbox.process.code_run("print(7)")).check().result == "7\n"
                await sandbox.fs.upload_file("a.txt", b"text")
                assert await sandbox.fs.download_file("a.txt") == b"text"
                assert (await sandbox.info()).state == "started"
                await sandbox.set_labels({"day": "whole"})
                assert [each.id for each in await daytona.list({"day": "whole"})] == [sandbox.id]
                await sandbox.stop()
                assert sandbox.state == "stopped"
                await daytona.start(sandbox)
                assert await sandbox.fs.download_file("a.txt") == b"text"
            finally:
                await daytona.remove(sandbox)

    asyncio.run(main())
