"""A raw-socket server that breaks in the way a request's path names: ``/RUNNER/NUMBER/SIDE/FAULT/api/...``.

SIDE is what breaks, ``api`` or ``toolbox``; the other one is healthy. Every scenario of every runner has a path of
its own, so that what happens once happens once for each of them.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator

from answers import END, LOG, Request, answer, frames, opened, toolbox

#: How long a drip or a stall goes on; far above every deadline of a scenario.
HELD = 20.0
CUT = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"
STALLS = ("head-drip", "body-stall", "silence")
#: The status, and whether it passes: then with a second's pause asked for.
STATUSES = {
    "408": (408, False),
    "429-once": (429, True),
    "429": (429, False),
    "503-once": (503, True),
    "503": (503, False),
}


class Faults:
    """The server's threads, and what they remember. ``elsewhere`` says where the toolbox of some faults is."""

    def __init__(self, elsewhere: dict[str, str]) -> None:
        self.elsewhere = elsewhere
        self.seen: Counter[str] = Counter()
        #: How often something that is done once was asked for, by runner and number.
        self.posts: Counter[str] = Counter()
        self.lock = threading.Lock()

    def accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(HELD)
            while request := read_head(connection):
                if not self.reply(connection, request):
                    return

    def reply(self, connection: socket.socket, request: Request) -> bool:
        """Answers one request; whether the connection stays."""
        runner, number, broken, fault, side, *route = request.parts
        if side == "api":
            base = f"http://{request.headers['host']}/{runner}/{number}/{broken}/{fault}/toolbox"
            box = {"id": "box", "state": "stopped", "toolboxProxyUrl": self.elsewhere.get(fault, base)}
            body = json.dumps(box).encode()
        else:
            body = toolbox("/".join(route[1:]))
        if side != broken:
            return whole(connection, request, body)
        with self.lock:
            first = not self.seen[f"{runner}/{number}"]
            self.seen[f"{runner}/{number}"] += 1
            self.posts[f"{runner}/{number}"] += request.method == "POST"
        if fault == "upload-reset":
            connection.recv(65536)
            return reset(connection)
        if fault == "upload-stall":
            # Nothing of the body is read: the client cannot go on once the buffers are full.
            time.sleep(HELD)
            return False
        read_body(connection, request)
        if fault.startswith("log-") and "sec-websocket-key" in request.headers:
            return self.follow(connection, request, fault, first)
        return self.break_answer(connection, request, fault, first, body)

    def break_answer(self, connection: socket.socket, request: Request, fault: str, first: bool, body: bytes) -> bool:
        """Answers a request that was read whole."""
        resets = {
            "reset-before": b"",
            "reset-head": b"HTTP/1.1 20",
            "reset-body": CUT,
            "reset-after": answer(200, body),
        }
        # What is written before the connection is closed.
        written = {
            "json-cut": answer(200, body[:-3], "connection: close"),
            "chunk-cut": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{",
            "garbage": b"SSH-2.0-OpenSSH_9.2\r\n\x00\xff\r\n\r\n",
        }
        if fault in resets:
            connection.sendall(resets[fault])
            return reset(connection)
        if fault in written:
            connection.sendall(written[fault])
            return False
        if fault in STATUSES and (first or not STATUSES[fault][1]):
            status, passes = STATUSES[fault]
            connection.sendall(answer(status, b"{}", *["retry-after: 1"] * passes))
        elif fault == "idle-closed" and request.method == "POST":
            return False
        elif fault == "exit-3":
            connection.sendall(answer(200, b'{"exitCode": 3, "result": "no", "stdout": "", "stderr": "no"}'))
        elif request.method == "GET" and fault in STALLS and "api" in request.parts[2:3]:
            # A create that was given up looks for what it may have made.
            connection.sendall(answer(200, body))
        elif fault == "head-drip":
            for byte in b"HTTP/1.1 200 OK\r\nx: " + b"y" * int(HELD * 10):
                connection.sendall(bytes([byte]))
                time.sleep(0.1)
            return False
        elif fault in STALLS:
            connection.sendall(CUT if fault == "body-stall" else b"")
            connection.recv(1)
            return False
        else:
            connection.sendall(answer(200, body))
        return True

    def follow(self, connection: socket.socket, request: Request, fault: str, first: bool) -> bool:
        """Sends a log from where it is asked for; each connection but the last brings seven bytes of it."""
        if fault == "log-gone" and not first:
            connection.sendall(answer(404, b'{"statusCode": 404, "message": "there is no such session"}'))
            return True
        asked = re.search(r"[?&]offset=(\d+)", request.target)
        offset = int(asked[1]) if asked else 0
        rest = LOG[offset:]
        last = fault == "log-whole" or len(rest) <= 7
        connection.sendall(opened(request, offset) + b"".join(frames(rest if last else rest[:7])))
        if fault == "log-stall":
            time.sleep(HELD)
        elif last:
            connection.sendall(END)
            # Until the client has closed its side too.
            while connection.recv(65536):
                pass
        elif fault == "log-torn":
            # A frame that is not all there: what has come of it was not counted, and is sent again.
            connection.sendall(b"\x82\x7d" + rest[7:9])
        else:
            return reset(connection)
        return False


def whole(connection: socket.socket, request: Request, body: bytes) -> bool:
    """Answers as a healthy server does."""
    read_body(connection, request)
    connection.sendall(answer(200, body))
    return True


def reset(connection: socket.socket) -> bool:
    """Closing sends a reset from now on."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def read_head(connection: socket.socket) -> Request | None:
    """One request's head; none at the end, and for what is not HTTP."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more or more[0] == 0x16:  # a TLS handshake
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    return Request(method, target, {name.lower(): value.strip() for name, _, value in pairs}, body)


def read_body(connection: socket.socket, request: Request) -> None:
    """The rest of a request."""
    left = request.left
    while left > 0:
        more = connection.recv(min(left, 1 << 20))
        if not more:
            raise ConnectionError("the client went away within its request")
        left -= len(more)


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
