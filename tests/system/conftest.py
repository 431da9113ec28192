"""One private local server per test, found by clients through the environment."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from machine import BINARY, LocalServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServer]:
    # Not pytest's tmp_path: sandboxes' files outlive a failed stop, and the next run must not meet them.
    data = Path(tempfile.mkdtemp(prefix="dtn-sys-"))
    monkeypatch.setenv("DAYTONA_TARGET", "local")
    monkeypatch.setenv("DAYTONA_DATA_DIR", str(data))
    # A layer of its own, which tests may write to.
    monkeypatch.delenv("DAYTONA_TOOLS_DIR", raising=False)
    subprocess.run([BINARY, "serve", "--detach", "--port", "0"], check=True, stdout=subprocess.DEVNULL)
    yield LocalServer(data)
    subprocess.run([BINARY, "stop", "--all"], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(data)
