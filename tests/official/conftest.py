"""A private local server for the official clients, which know nothing of local targets: they get URL and key.

`DAYTONA_OFFICIAL` is the folder `scripts/environments.sh` made: `old/` and `today/` are Python environments, `node/`
is a Node project. `DAYTONA_TOOLS_DIR` is a tools layer that `daytona setup` made. The server is the built `daytona`.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios import CLIENTS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BINARY = ROOT / "target/bin/daytona"
# A client that tells nothing for so long hangs; no scenario takes as long on any machine.
SILENCE = 180.0


class Client:
    """One official client: how to start its runner, and what became of each scenario."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.name = name
        self._environment = environment
        self._outcomes: dict[str, tuple[str, str]] | None = None

    def implemented(self) -> set[str]:
        """The scenarios this client has code for."""
        done = subprocess.run([*self._command(), "--list"], env=self._environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return set(json.loads(done.stdout))

    def outcome(self, scenario: str) -> tuple[str, str]:
        """`passed`, `failed` or what else happened, and details. The first question runs all scenarios."""
        if self._outcomes is None:
            self._outcomes = self._run()
        return self._outcomes.get(scenario, ("never began", self._outcomes["the runner"][1]))

    def _command(self) -> list[str]:
        official = Path(os.environ["DAYTONA_OFFICIAL"])
        if self.name == "node":
            return ["node", str(official / "node/run.mjs")]
        python = official / ("old" if self.name == "old" else "today") / "bin/python"
        return [str(python), str(HERE / "python/runner.py"), self.name]

    def _run(self) -> dict[str, tuple[str, str]]:
        # Not in the repository's folder: some clients read `.env` files where they are started.
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as errors:
            runner = subprocess.Popen(
                self._command(), env=self._environment, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True
            )
            outcomes = {}
            for line in _lines(runner):
                told = json.loads(line)
                outcomes[told["scenario"]] = (told["outcome"], told["detail"])
            try:
                runner.wait(SILENCE)
            except subprocess.TimeoutExpired:
                runner.kill()
            with runner:
                pass  # closes its output
            errors.seek(0)
            outcomes["the runner"] = (f"exit code {runner.returncode}", errors.read())
            return outcomes


def _lines(runner: subprocess.Popen[str]) -> Iterator[str]:
    """What a runner tells, until it ends or has been silent for too long."""
    told: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        assert runner.stdout is not None
        for line in runner.stdout:
            told.put(line)
        told.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = told.get(timeout=SILENCE)
        except queue.Empty:
            runner.kill()
            return
        if line is None:
            return
        yield line


@pytest.fixture(scope="session")
def clients() -> Iterator[dict[str, Client]]:
    data = Path(tempfile.mkdtemp(prefix="dtn-off-"))
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DAYTONA_")}
    serve = {**clean, "DAYTONA_DATA_DIR": str(data), "DAYTONA_TOOLS_DIR": os.environ["DAYTONA_TOOLS_DIR"]}
    try:
        subprocess.run([BINARY, "serve", "--detach", "--port", "0"], env=serve, check=True, stdout=subprocess.DEVNULL)
        environment = {
            **clean,
            "DAYTONA_API_URL": json.loads((data / "server.json").read_text())["url"],
            "DAYTONA_API_KEY": (data / "api-key").read_text().strip(),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        yield {name: Client(name, environment) for name in CLIENTS}
    finally:
        subprocess.run([BINARY, "stop", "--all"], env=serve, check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(data)
