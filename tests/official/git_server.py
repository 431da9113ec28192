"""A git server for scenarios, run inside the sandbox, which reaches nothing of this machine: real HTTP in front of the
real `git http-backend`. Says on standard output that it listens, and goes on in the background.

`open.git` takes anyone, `private.git` only alice with her password. Both have one commit, on `main`.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path("/tmp/git-server")
PORT = 8418
PASSWORD = "s3cret/with:signs@"  # what a URL would have to escape
ALLOWED = "Basic " + base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
REPOSITORIES = """
git init -q --bare -b main open.git
git -C open.git config http.receivepack true
git init -q -b main work
cd work
git config user.name server
git config user.email server@example.com
echo one > readme
git add readme
git commit -q -m first
git push -q ../open.git main
cp -r ../open.git ../private.git
"""


class Handler(BaseHTTPRequestHandler):
    """One request, as CGI."""

    def do_GET(self) -> None:
        self.serve()

    def do_POST(self) -> None:
        self.serve()

    def serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path, _, query = self.path.partition("?")
        if path.startswith("/private.git") and self.headers.get("authorization") != ALLOWED:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(ROOT),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("content-type") or "",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding") or "",
            "GIT_PROTOCOL": self.headers.get("git-protocol") or "",
            "REMOTE_USER": "somebody",
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        self.send_response(int(dict(headers).get("Status", "200").split()[0]))
        for name, value in headers:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    ROOT.mkdir()
    subprocess.run(["sh", "-e", "-c", REPOSITORIES], cwd=ROOT, check=True)
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
    print("listening", flush=True)
    if os.fork() == 0:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nowhere, descriptor)
        server.serve_forever()
    sys.stdout.flush()


if __name__ == "__main__":
    main()
