"""What several tests need: scripts in processes of their own, waiting for a condition, and fake servers."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import daytona_sdk

BINARY = Path(daytona_sdk.__file__).parent / "bin" / "daytona"


def script(code: str) -> list[str]:
    """The command line of a Python process that runs ``code``."""
    return [sys.executable, "-c", textwrap.dedent(code)]


def run_script(code: str, timeout: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs ``code`` in a process of its own and returns when it has ended."""
    return subprocess.run(
        script(code), env={**os.environ, **environment}, capture_output=True, text=True, timeout=timeout, check=False
    )


@contextlib.contextmanager
def children() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts scripts, each with a process group of its own that does not outlive the block."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [*script(code), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **options,
        )
        started.append(child)
        return child

    try:
        yield start
    finally:
        for child in started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.communicate()


def read_line(child: subprocess.Popen[str], seconds: float = 20) -> str:
    """The next line of a child that writes lines at once; fails rather than waits for ever."""
    assert child.stdout
    ready, _, _ = select.select([child.stdout], [], [], seconds)
    assert ready, f"the child wrote nothing within {seconds} s"
    return child.stdout.readline()


def wait_until(condition: Callable[[], Any], what: str, seconds: float = 20) -> Any:
    """Polls until ``condition`` gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


def processes_of(folder: Path) -> list[str]:
    """The processes whose command line names a data folder: its server, and the monitors of its sandboxes."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and str(folder) in (entry / "cmdline").read_text():
                found.append(f"{entry.name}: {(entry / 'cmdline').read_text()!r}")
    return found


@contextlib.contextmanager
def silent_server() -> Iterator[tuple[str, threading.Semaphore]]:
    """A server that takes requests and never answers. Yields its API URL and what counts the requests."""
    taken = threading.Semaphore(0)
    held: list[socket.socket] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                held.append(connection)
                threading.Thread(target=drain, args=(connection,), daemon=True).start()

    def drain(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if connection.recv(65536):
                taken.release()
            while connection.recv(65536):
                pass

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api", taken
    finally:
        # shutdown wakes who waits in accept() or recv(); close alone would not.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in held:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


Answer = tuple[int, dict[str, str], bytes]


@contextlib.contextmanager
def answering_server(answer: Callable[[str, str, dict[str, str]], Answer]) -> Iterator[str]:
    """A server whose answers ``answer(method, path, headers)`` makes. Yields its API URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, extra, body = answer(self.command, self.path, headers)
            self.send_response(status)
            for name, value in {"content-type": "application/json", **extra}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api"
    finally:
        server.shutdown()
        server.server_close()


def error_body(status: int, message: str) -> bytes:
    """An error as the control plane words it."""
    return json.dumps({"statusCode": status, "error": "E", "message": message, "path": "/"}).encode()
