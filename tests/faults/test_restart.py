"""A followed log outlives its server: killed three times in the middle, every line still comes once and in order."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WORK = HERE.parents[1] / "target" / "faults"
PYTHON = WORK / "python" / "bin" / "python"
RUNNERS = {
    "python-sync": [str(PYTHON), str(HERE / "restart.py"), "sync"],
    "python-async": [str(PYTHON), str(HERE / "restart.py"), "async"],
    "typescript": ["node", str(WORK / "node" / "restart.mjs")],
}


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder; its server, whichever it is by then, ends with the test. Short: unix sockets live below it."""
    folder = Path(tempfile.mkdtemp(prefix="dtn-"))
    yield folder
    stop = [PYTHON.parent / "daytona", "stop", "--all", "--data-dir", folder]
    subprocess.run(stop, check=True, stdout=subprocess.DEVNULL, timeout=60)
    shutil.rmtree(folder)


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_followed_log_survives_killed_servers(runner: str, data: Path) -> None:
    shutil.copy(HERE / "restart.mjs", WORK / "node")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYTONA_")}
    environment = {**kept, "DAYTONA_TARGET": "local", "DAYTONA_DATA_DIR": str(data)}
    ended = subprocess.run(RUNNERS[runner], env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {"lines": 200_000, "rest": "", "wrong": [], "killed": 3, "exitCode": 0}
