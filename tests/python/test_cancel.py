"""Cancelling a task, whatever it waits for: the call ends at once, and so does what it began."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from daytona_sdk import AsyncDaytona, AsyncSandbox, DaytonaConfig, Sandbox, SessionExecuteRequest

Start = Callable[[AsyncDaytona, AsyncSandbox], "Coroutine[Any, Any, Any]"]
#: A big body: the kernel takes it no further than its buffers.
BIG = b"x" * (16 << 20)
CALLS: dict[str, Start] = {
    "daytona.start": lambda daytona, box: daytona.start(box),
    "daytona.stop": lambda daytona, box: daytona.stop(box),
    "daytona.remove": lambda daytona, box: daytona.remove(box),
    "start": lambda _, box: box.start(),
    "stop": lambda _, box: box.stop(),
    "delete": lambda _, box: box.delete(),
    "upload_file": lambda _, box: box.fs.upload_file("big", BIG),
    "download_file": lambda _, box: box.fs.download_file("a"),
    "list_files": lambda _, box: box.fs.list_files("a"),
    "exec": lambda _, box: box.process.exec("true"),
    "code_run": lambda _, box: box.process.code_run("pass"),
    "execute_session_command": lambda _, box: box.process.execute_session_command(
        "s", SessionExecuteRequest(command="true")
    ),
    "get_session_command_logs": lambda _, box: box.process.get_session_command_logs("s", "c"),
    "clone": lambda _, box: box.git.clone("u", "/r"),
    "status": lambda _, box: box.git.status("/r"),
    "commit": lambda _, box: box.git.commit("/r", "m", "A", "a@example.com"),
    "push": lambda _, box: box.git.push("/r"),
    "pull": lambda _, box: box.git.pull("/r"),
    "lsp.start": lambda _, box: box.create_lsp_server("python", "/p").start(),
    "lsp.stop": lambda _, box: box.create_lsp_server("python", "/p").stop(),
    "lsp.did_open": lambda _, box: box.create_lsp_server("python", "/p").did_open("/p/a.py"),
    "lsp.document_symbols": lambda _, box: box.create_lsp_server("python", "/p").document_symbols("/p/a.py"),
}


class Silent:
    """An API that describes a sandbox and answers nothing else. ``open`` counts the requests that wait."""

    def __init__(self) -> None:
        self.arrived = 0
        self.open = 0
        self.lock = threading.Lock()


@pytest.fixture
def silent() -> Iterator[tuple[Silent, str]]:
    state = Silent()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.endswith("/api/sandbox/one"):
                base = f"http://{self.headers['host']}/toolbox"
                box = json.dumps({"id": "one", "state": "started", "toolboxProxyUrl": base}).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(box)))
                self.end_headers()
                self.wfile.write(box)
            else:
                self.wait()

        def wait(self) -> None:
            with state.lock:
                state.arrived += 1
                state.open += 1
            # What is left of the body, and then the end of the connection.
            with contextlib.suppress(OSError):
                while self.connection.recv(1 << 20):
                    pass
            with state.lock:
                state.open -= 1
            self.close_connection = True

        do_POST = do_PUT = do_DELETE = wait  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state, f"http://127.0.0.1:{server.server_address[1]}/api"
    server.shutdown()
    server.server_close()


async def until(condition: Callable[[], object], what: str) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"not within 20 s: {what}")


@pytest.mark.parametrize("name", CALLS)
def test_a_cancelled_call_ends_and_its_connection_with_it(name: str, silent: tuple[Silent, str]) -> None:
    state, url = silent

    async def main() -> None:
        daytona = AsyncDaytona(DaytonaConfig(api_key="k", api_url=url))
        task = asyncio.create_task(CALLS[name](daytona, await daytona.get("one")))
        await until(lambda: state.arrived, f"{name} arrived")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: state.open == 0, f"the connection of {name} is closed")

    asyncio.run(main())


def test_a_cancelled_upload_leaves_the_old_file(sandbox: Sandbox) -> None:
    sandbox.fs.upload_file("/tmp/cancelled/file", b"old")
    asked = asyncio.Event()

    class Endless:
        """Gives more for as long as it is asked."""

        def read(self, size: int) -> bytes:
            asked.set()
            return b"x" * min(size, 65536)

    async def main() -> None:
        async with AsyncDaytona() as daytona:
            fs = (await daytona.get(sandbox.id)).fs
            task = asyncio.create_task(fs.upload_file("/tmp/cancelled/file", Endless()))  # type: ignore[call-overload]
            await until(asked.is_set, "the upload began")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await fs.download_file("/tmp/cancelled/file") == b"old"

            async def alone() -> bool:
                return [file.name for file in await fs.list_files("/tmp/cancelled")] == ["file"]

            for _ in range(400):
                if await alone():
                    return
                await asyncio.sleep(0.05)
            raise AssertionError("what had been uploaded stays")

    asyncio.run(main())


def test_a_cancelled_clone_ends_git_and_leaves_no_folder(sandbox: Sandbox) -> None:
    # A remote that takes the request and never answers.
    silent = "import socket; s = socket.create_server(('127.0.0.1', 8124)); c = s.accept(); s.accept()"
    sandbox.process.create_session("silent-remote")
    request = SessionExecuteRequest(command=f'python3 -c "{silent}"', run_async=True)
    sandbox.process.execute_session_command("silent-remote", request)

    async def main() -> None:
        async with AsyncDaytona() as daytona:
            box = await daytona.get(sandbox.id)

            async def holds(command: str) -> bool:
                return (await box.process.exec(command)).exit_code == 0

            async def wait(command: str, what: str) -> None:
                for _ in range(400):
                    if await holds(command):
                        return
                    await asyncio.sleep(0.05)
                raise AssertionError(f"not within 20 s: {what}")

            # 8124, listening.
            await wait("grep -q ':1FBC .* 0A' /proc/net/tcp", "the remote listens")
            task = asyncio.create_task(box.git.clone("http://127.0.0.1:8124/r.git", "/tmp/never"))
            await wait("cat /proc/[0-9]*/comm | grep -q '^git-remote-http'", "git runs")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await wait("! cat /proc/[0-9]*/comm | grep -q '^git-remote-http'", "git has ended")
            await wait("! ls -d /tmp/never", "what was begun is gone")

    try:
        asyncio.run(main())
    finally:
        sandbox.process.delete_session("silent-remote")


def test_a_cancelled_start_of_a_language_server_can_be_begun_again(sandbox: Sandbox) -> None:
    async def main() -> None:
        async with AsyncDaytona() as daytona:
            box = await daytona.get(sandbox.id)
            await box.fs.upload_file("/tmp/cancelled-lsp/main.py", b"def greet():\n    pass\n")
            server = box.create_lsp_server("python", "/tmp/cancelled-lsp")
            for turn in range(20):
                task = asyncio.create_task(server.start())
                # Cancelled at another moment each time.
                await asyncio.sleep(turn * 0.005)
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await server.start()
            symbols = await server.document_symbols("/tmp/cancelled-lsp/main.py")
            assert [symbol.name for symbol in symbols] == ["greet"]
            await server.stop()

    asyncio.run(main())


def test_a_cancelled_start_and_stop_leave_a_sandbox_that_can_be_used(create: Callable[..., Sandbox]) -> None:
    made = create()

    async def main() -> None:
        async with AsyncDaytona() as daytona:
            box = await daytona.get(made.id)
            for turn in range(6):
                for change in (box.stop, box.start):
                    task = asyncio.create_task(change())
                    await asyncio.sleep(turn * 0.01)
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await task
                    # Whether it was in time or not, the server may still be at it: the state settles.
                    await settled(box)
            if box.state != "started":
                await box.start()
            assert (await box.process.exec("echo on")).result == "on\n"

    async def settled(box: AsyncSandbox) -> None:
        for _ in range(2000):
            await box.refresh_data()
            if box.state in ("started", "stopped"):
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"the sandbox stays {box.state}")

    asyncio.run(main())
