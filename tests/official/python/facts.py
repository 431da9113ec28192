"""What the scenarios of all Python clients share: data, and waiting for a condition."""

from __future__ import annotations

import contextlib
import random
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

# Longer than anything here takes on a loaded machine; what is waited for beyond it will not come.
DEADLINE = 60.0

# Prints, waits until somebody uploads the file `gate`, prints again: the two parts cannot arrive together.
GATED = "echo first ü; while [ ! -e gate ]; do sleep 0.05; done; echo second"
GATED_OUTPUT = "first ü\nsecond\n"

# An enum is code: leaving out the types is not enough.
TYPESCRIPT = "enum Answer { Found = 42 }; const n: number = Answer.Found; console.log(n)"

CHART = "import matplotlib.pyplot as plt\nplt.plot([1, 2], [3, 5], label='a line')\nplt.title('A title')\nplt.show()"

# Three MiB without a pattern that a compressor or a text mode would change.
BIG = random.Random(14).randbytes(3 << 20)

# A page on a port of the sandbox, for previews.
PORT = 3000
PAGE = b"seen through a preview"
SERVE = (
    f"mkdir site && printf '{PAGE.decode()}' > site/index.html && "
    f"(python3 -m http.server {PORT} --directory site >/dev/null 2>&1 &)"
)

GIT_SERVER = Path(__file__).parents[1].joinpath("git_server.py").read_bytes()
OPEN, PRIVATE, MISSING = (f"http://127.0.0.1:8418/{name}.git" for name in ("open", "private", "missing"))
PASSWORD = "s3cret/with:signs@"
LAST_COMMIT = "git log -1 --format='%H %an %ae %s'"
COMMIT_ELSEWHERE = (
    "cd /tmp/git-server/work && git pull -q ../open.git main && echo theirs > theirs && git add theirs && "
    "git commit -q -m theirs && git push -q ../open.git main"
)
# Fails unless the password lies somewhere in the home folder, but for the server's own source.
LEFT_BEHIND = "grep -rlF 's3cret' --exclude=git_server.py ."

PYTHON_FILE = b"""def greet(name):
    return name.upper()


class Robot:
    def walk(self):
        return gre
"""
PYTHON_CURSOR = {"line": 6, "character": 18}
TYPESCRIPT_FILE = b"""export function greet(name: string): string {
  return name.toUpperCase()
}

export class Robot {
  walk() {
    return gre
  }
}
"""
TYPESCRIPT_CURSOR = {"line": 6, "character": 14}


def fetch(url: str, token: str | None = None) -> tuple[int, bytes]:
    """Status and body of a preview."""
    headers = {} if token is None else {"x-daytona-preview-token": token}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=DEADLINE) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def unique(prefix: str) -> str:
    """A name no other run uses."""
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def until(condition: Callable[[], bool], what: str) -> None:
    """Waits for a condition; fails with its name at the deadline."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"not within {DEADLINE} s: {what}"
        time.sleep(0.05)


@contextlib.contextmanager
def raises(kind: type[Exception], about: str) -> Iterator[None]:
    """The block fails with an error of this kind whose message holds the text."""
    caught = None
    try:
        yield
    except kind as error:
        caught = error
    assert caught is not None, f"no {kind.__name__} about {about!r}"
    assert about.lower() in str(caught).lower(), f"{about!r} is not in {caught}"
