"""Preview links: what listens on a port of a sandbox, reached over HTTP."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
import uuid

import pytest

from daytona_sdk import (
    AsyncDaytona,
    DaytonaError,
    DaytonaValidationError,
    PortPreviewUrl,
    Sandbox,
    SessionExecuteRequest,
)
from support import wait_until

PORT = 3210
SERVER = """
import http.server

class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello from " + self.path.encode())

http.server.HTTPServer(("0.0.0.0", {port}), Hello).serve_forever()
"""


def fetch(preview: PortPreviewUrl, path: str, token: str | None) -> tuple[int, bytes]:
    headers = {"x-daytona-preview-token": token} if token else {}
    request = urllib.request.Request(preview.url.rstrip("/") + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_a_port_is_reached_with_the_token_only(sandbox: Sandbox) -> None:
    session = f"preview-{uuid.uuid4()}"
    sandbox.fs.upload_file("/tmp/hello.py", SERVER.format(port=PORT))
    sandbox.process.create_session(session)
    try:
        request = SessionExecuteRequest(command="python3 /tmp/hello.py", var_async=True)
        sandbox.process.execute_session_command(session, request)
        preview = sandbox.get_preview_link(PORT)
        assert preview.token
        wait_until(lambda: fetch(preview, "/ready", preview.token)[0] == 200, "the server in the sandbox answers")
        assert fetch(preview, "/path?query", preview.token) == (200, b"hello from /path?query")
        status, body = fetch(preview, "/path", None)
        assert status in (401, 403)
        assert b"hello" not in body
        assert sandbox.get_preview_url(PORT).url == preview.url

        async def main() -> PortPreviewUrl:
            async with AsyncDaytona() as daytona:
                return await (await daytona.get(sandbox.id)).get_preview_link(PORT)

        assert asyncio.run(main()).url == preview.url
    finally:
        sandbox.process.delete_session(session)


@pytest.mark.parametrize("port", [-1, 65536, 10**30])
def test_a_port_that_cannot_be(sandbox: Sandbox, port: int) -> None:
    with pytest.raises((DaytonaValidationError, OverflowError)):
        sandbox.get_preview_link(port)


def test_a_port_that_is_not_served(sandbox: Sandbox) -> None:
    with pytest.raises(DaytonaError):
        sandbox.get_preview_link(80)
