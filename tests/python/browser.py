"""A real browser without a window, told what to do over a pipe: Chromium's DevTools protocol, as much as tests need."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: The name differs between distributions.
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    # No window, no sandbox of its own (it runs as root here), nothing asked of the Internet.
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    # Reads commands from descriptor 3 and writes answers to 4, each ended by a zero byte.
    *("--remote-debugging-pipe", "about:blank"),
]


class Page:
    """The one page of a browser."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._pending = b""
        self._number = 0
        self._session: str | None = None
        [page] = [each for each in self._call("Target.getTargets")["targetInfos"] if each["type"] == "page"]
        attach = {"targetId": page["targetId"], "flatten": True}
        self._session = self._call("Target.attachToTarget", **attach)["sessionId"]

    def open(self, url: str) -> None:
        """As if it had been typed into the address bar."""
        failed = self._call("Page.navigate", url=url).get("errorText")
        assert not failed, f"{url}: {failed}"

    def evaluate(self, script: str) -> Any:
        """The value of an expression in the page; none while the page changes."""
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True)
        return answer.get("result", {}).get("value")

    def wait_for(self, script: str, seconds: float = 30) -> Any:
        """Evaluates until it gives something true."""
        deadline = time.monotonic() + seconds
        while not (value := self.evaluate(script)):
            if time.monotonic() > deadline:
                shown = self.evaluate("location.href + ': ' + document.body.innerText")
                raise AssertionError(f"not within {seconds} s: {script}; the page is {shown}")
            time.sleep(0.02)
        return value

    def type(self, selector: str, text: str) -> None:
        """Puts the cursor into a field, and presses keys."""
        self.wait_for(f"document.querySelector({selector!r}) && !document.querySelector({selector!r}).focus()")
        self._call("Input.insertText", text=text)

    def press_enter(self) -> None:
        for kind in ("keyDown", "keyUp"):
            key = {"key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13}
            self._call("Input.dispatchKeyEvent", type=kind, **key)

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                # A page that goes away takes its script with it.
                return dict(answer.get("result", {}))

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._pending:
            ready, _, _ = select.select([self._answers], [], [], 60)
            more = os.read(self._answers, 1 << 16) if ready else b""
            assert more, "the browser ended, or said nothing for 60 s"
            self._pending += more
        message, _, self._pending = self._pending.partition(b"\0")
        return dict(json.loads(message))


@contextlib.contextmanager
def browser() -> Iterator[Page]:
    """A fresh browser: no cookies, no history. It ends, and all its processes, with the block."""
    assert CHROMIUM
    profile = Path(tempfile.mkdtemp(prefix="dtn-browser-"))
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    # The shell puts the pipes where the browser looks for them.
    wired = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
    child = subprocess.Popen(
        ["bash", "-c", wired, "bash", CHROMIUM, f"--user-data-dir={profile}", *FLAGS],
        pass_fds=(theirs_in, theirs_out),
        # Settings of the shell it is started from may not reach it; nor does it find a proxy there.
        env={"HOME": str(profile), "PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Page(ours_out, ours_in)
    finally:
        os.close(ours_out)
        os.close(ours_in)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        shutil.rmtree(profile, ignore_errors=True)
