"""One local server, and each interpreter run once on it; the tests read what the interpreters reported.

``scripts/test.sh behaviour`` makes the environments below ``target/behaviour``: the built wheel, the built tarball, and the
Rust interpreter beside them. Bun and Deno come from ``tests/runtimes``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import plan
from contract import ROOT

WORK = ROOT / "target" / "behaviour"
NODE = WORK / "node"
PYTHON = WORK / "python" / "bin" / "python"
RUNTIMES = ROOT / "tests" / "runtimes" / "node_modules" / ".bin"

#: Seconds until an interpreter counts as hanging; each scenario has a deadline of its own well below.
DEADLINE = 900


def command(runner: str) -> list[str]:
    """How an interpreter is started, without the plan and the report."""
    script = str(NODE / "behaviour" / "run.ts")
    if runner == "rust":
        return [str(WORK / "rust")]
    if runner.startswith("python-"):
        return [str(PYTHON), str(plan.HERE / "python" / "run.py"), runner.removeprefix("python-")]
    if runner == "typescript-node":
        tsx = ROOT / "node_modules" / "tsx" / "dist" / "loader.mjs"
        return ["node", "--enable-source-maps", "--import", tsx.as_uri(), script, "node"]
    if runner == "typescript-bun":
        return [str(RUNTIMES / "bun"), script, "bun"]
    options = ["--quiet", "--no-check", "--allow-all", "--node-modules-dir=manual"]
    return [str(RUNTIMES / "deno"), "run", *options, script, "deno"]


def environment(data: Path) -> dict[str, str]:
    # The developer's own settings must not reach a test; the tools layer is the one all tests share.
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DAYTONA_") or name == "DAYTONA_TOOLS_DIR"
    }
    return {**kept, "DAYTONA_TARGET": "local", "DAYTONA_DATA_DIR": str(data)}


@pytest.fixture(scope="session")
def server() -> Iterator[Path]:
    """A running local server; gives its data folder. The path is short: unix sockets live below it."""
    data = Path(tempfile.mkdtemp(prefix="dtn-"))
    binary = next((WORK / "python").glob("lib/python3*/site-packages/daytona_sdk/bin/daytona"))

    def daytona(*arguments: str) -> None:
        subprocess.run([binary, *arguments], env=environment(data), check=True, timeout=600, stdout=subprocess.DEVNULL)

    try:
        daytona("setup")
        daytona("serve", "--detach", "--port", "0")
        yield data
    finally:
        daytona("stop", "--all")
        shutil.rmtree(data)


@pytest.fixture(scope="session")
def outcomes(server: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """What each interpreter reported, by runner and scenario. Two run at a time."""
    shutil.rmtree(NODE / "behaviour", ignore_errors=True)
    shutil.copytree(plan.HERE / "typescript", NODE / "behaviour")
    (WORK / "plan.json").write_text(json.dumps(plan.plan()))
    with ThreadPoolExecutor(max_workers=2) as pool:
        reports = pool.map(lambda runner: run(runner, server), plan.RUNNERS)
    return dict(zip(plan.RUNNERS, reports))


def run(runner: str, data: Path) -> dict[str, dict[str, Any]]:
    """Runs one interpreter and reads its report; one that broke down reports nothing, and says why in its log."""
    report, log = WORK / f"{runner}.json", WORK / f"{runner}.log"
    report.unlink(missing_ok=True)
    with log.open("w") as output:
        child = subprocess.Popen(
            [*command(runner), str(WORK / "plan.json"), str(report)],
            cwd=NODE if runner.startswith("typescript") else WORK,
            env=environment(data),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            child.wait(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child.returncode != 0 or not report.exists():
        print(f"{runner} ended with {child.returncode}; the end of its log:\n{log.read_text()[-4000:]}")
        return {}
    return {outcome["name"]: outcome for outcome in json.loads(report.read_text())}
