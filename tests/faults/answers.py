"""What a healthy API answers, so that a fault can break it: documents by route, and a log over a WebSocket."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

#: What the calls of the scenarios give when nothing is broken, as the runners report it.
VALUES = {
    "exec": "out\n",
    "check": "out\n",
    "code_run": "out\n",
    "session_exec": "out\n",
    "logs": "one €\ntwo\n",
    "follow": "one €\n3\n|two\n",
    "download": "content",
    "upload": "",
    "list_files": "a.txt",
    "git_status": "main",
}
#: A log with two sources and a character of three bytes; a cut may fall anywhere.
LOG = "\1\1\1one €\n\2\2\2two\n\1\1\0013\n".encode()
PROCESS = {"exitCode": 0, "result": "out\n", "stdout": "out\n", "stderr": ""}
DOCUMENTS: dict[str, object] = {
    "process/execute": PROCESS,
    "process/code-run": PROCESS,
    "process/session/s/exec": {"cmdId": "c", "exitCode": 0, "output": "out\n"},
    "process/session/s/command/c/logs": {"output": "one €\ntwo\n"},
    "files": [{"name": "a.txt", "isDir": False, "size": 1}],
    "files/upload-v2": {},
    "git/status": {"currentBranch": "main", "fileStatus": []},
}


@dataclass
class Request:
    """The head of one request, and what of its body has been read."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def parts(self) -> list[str]:
        """The path's segments."""
        return self.target.partition("?")[0].split("/")[1:]

    @property
    def left(self) -> int:
        """How much of the body is still to come."""
        return int(self.headers.get("content-length", "0")) - len(self.body)


def answer(status: int, body: bytes, *headers: str) -> bytes:
    """An answer that states its length."""
    lines = [f"HTTP/1.1 {status} X", "content-type: application/json", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def toolbox(route: str) -> bytes:
    """The body a toolbox answers with."""
    return b"content" if route == "files/download" else json.dumps(DOCUMENTS[route]).encode()


def opened(request: Request, offset: int) -> bytes:
    """The head that opens a WebSocket, and says that the log goes on where it was asked to."""
    key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    lines = ["HTTP/1.1 101 X", "connection: upgrade", "upgrade: websocket", f"sec-websocket-accept: {accept}"]
    return "\r\n".join([*lines, f"x-daytona-log-next: {offset}", "", ""]).encode()


def frames(log: bytes) -> Iterator[bytes]:
    """The log in messages of three bytes."""
    for start in range(0, len(log), 3):
        piece = log[start : start + 3]
        yield bytes([0x82, len(piece)]) + piece


#: The command has ended, and that was all of its log.
END = b"\x88\x02" + (1000).to_bytes(2, "big")
