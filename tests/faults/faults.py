"""A raw-socket server that breaks in the way the request's path names: ``/RUNNER/FAULT/api/...``.

Each runner has faults of its own, so that what happens once happens once for each of them.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator

BOX = b'{"id": "box", "state": "stopped"}'
#: How long a drip or a stall goes on; far above every deadline of a scenario.
HELD = 20.0


def answer(status: int, body: bytes = BOX, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", "content-type: application/json", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


CUT = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"
#: What is written before the connection is reset.
RESETS = {
    "reset-before": b"",
    "reset-head": b"HTTP/1.1 20",
    "reset-body": CUT,
    "reset-after": answer(200),
}
#: What is written before the connection is closed.
WRITTEN = {
    "json-cut": answer(200, BOX[:-3], "connection: close"),
    "chunk-cut": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{",
    "garbage": b"SSH-2.0-OpenSSH_9.2\r\n\x00\xff\r\n\r\n",
}
#: The status, and whether it passes: then with a second's pause asked for.
STATUSES = {"429-once": (429, True), "429": (429, False), "503-once": (503, True), "503": (503, False)}


class Faults:
    """The server's threads, and what they remember."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.lock = threading.Lock()

    def accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(HELD)
            while request := read(connection):
                if not self.reply(connection, *request):
                    return

    def reply(self, connection: socket.socket, method: str, path: str) -> bool:
        """Answers one request; whether the connection stays."""
        key = "/".join(path.split("/")[1:3])
        fault = key.partition("/")[2]
        with self.lock:
            self.seen[key] += 1
            first = self.seen[key] == 1
        if fault in RESETS:
            connection.sendall(RESETS[fault])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if fault in WRITTEN:
            connection.sendall(WRITTEN[fault])
            return False
        if fault in STATUSES and (first or not STATUSES[fault][1]):
            status, passes = STATUSES[fault]
            connection.sendall(answer(status, b"{}", *["retry-after: 1"] * passes))
        elif fault == "idle-closed" and method == "POST":
            return False
        elif fault == "head-drip" and method == "POST":
            for byte in b"HTTP/1.1 200 OK\r\nx: " + b"y" * int(HELD * 10):
                connection.sendall(bytes([byte]))
                time.sleep(0.1)
            return False
        elif fault == "body-stall" and method == "POST":
            connection.sendall(CUT)
            connection.recv(1)
            return False
        else:
            connection.sendall(answer(200))
        return True


def read(connection: socket.socket) -> tuple[str, str] | None:
    """One request's method and path, its body read; none at the end, and for what is not HTTP."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more or more[0] == 0x16:  # a TLS handshake
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    length = 0
    for line in lines[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = int(value)
    while len(body) < length:
        body += connection.recv(65536)
    method, path, _ = lines[0].split(" ")
    return method, path


def serve_tls(listener: socket.socket, context: ssl.SSLContext) -> None:
    """Handshakes with a certificate that nobody trusts."""
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            connection.settimeout(HELD)
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(1)


@contextlib.contextmanager
def listening(serve: object, *extra: object) -> Iterator[int]:
    """A listener whose connections a thread of ``serve(listener, ...)`` takes; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener, *extra), daemon=True).start()  # type: ignore[arg-type]
        try:
            yield listener.getsockname()[1]
        finally:
            # Wakes who waits in accept(); close alone would not.
            listener.shutdown(socket.SHUT_RDWR)
