"""Broken answers mean the same error in Python (both clients) and TypeScript, and no deadline is overrun.

``scripts/test.sh faults`` makes the environments below ``target/faults``.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from faults import Faults, listening, serve_tls

HERE = Path(__file__).parent
WORK = HERE.parents[1] / "target" / "faults"
SCENARIOS: list[dict[str, Any]] = json.loads((HERE / "scenarios.json").read_text())
RUNNERS = {
    "python-sync": [str(WORK / "python" / "bin" / "python"), str(HERE / "run.py"), "sync"],
    "python-async": [str(WORK / "python" / "bin" / "python"), str(HERE / "run.py"), "async"],
    "typescript": ["node", str(WORK / "node" / "run.mjs")],
}
CLASSES = {
    "ok": "",
    "SERVER": "DaytonaError",
    "CONNECTION": "DaytonaConnectionError",
    "RATE_LIMIT": "DaytonaRateLimitError",
    "TIMEOUT": "DaytonaTimeoutError",
}
#: A create that times out waits this long for the removal of what it may have made (core's sandbox/create.rs).
REMOVAL = 2.0
#: What a deadline may be overrun by, in seconds, beside the runner's own lateness.
OVERRUN = 0.25


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key", "-out", folder / "certificate"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate", folder / "key")
    with ExitStack() as stack:
        # Bound and not listening: refused, and nobody else's meanwhile.
        refused = stack.enter_context(socket.socket())
        refused.bind(("127.0.0.1", 0))
        yield {
            "plain": stack.enter_context(listening(Faults().accept)),
            "tls": stack.enter_context(listening(serve_tls, context)),
            "refused": refused.getsockname()[1],
        }


def url(runner: str, fault: str, ports: dict[str, int]) -> str:
    special = {
        "refused": f"http://127.0.0.1:{ports['refused']}",
        "unknown-host": "http://no-such-host.invalid",
        "not-tls": f"https://127.0.0.1:{ports['plain']}",
        "self-signed": f"https://127.0.0.1:{ports['tls']}",
    }
    return special.get(fault, f"http://127.0.0.1:{ports['plain']}/{runner}/{fault}") + "/api"


@pytest.mark.parametrize("runner", RUNNERS)
def test_every_fault_is_the_expected_error(runner: str, ports: dict[str, int]) -> None:
    if runner == "typescript":
        shutil.copy(HERE / "run.mjs", WORK / "node")
    scenarios = [{**each, "url": url(runner, each["fault"], ports)} for each in SCENARIOS]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYTONA_")}
    ended = subprocess.run(
        [*RUNNERS[runner], json.dumps(scenarios)], env=kept, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stderr
    reports = [json.loads(line) for line in ended.stdout.splitlines()]
    outcomes = [(each["name"], each["code"], each["class"]) for each in reports]
    assert outcomes == [(each["name"], each["expected"], CLASSES[each["expected"]]) for each in SCENARIOS]
    overruns = {
        each["name"]: (report["seconds"] - each["timeout"] - REMOVAL * (report["code"] == "TIMEOUT"), report["late"])
        for each, report in zip(SCENARIOS, reports)
        if each["timeout"]
    }
    print(f"{runner}: the largest overrun of a deadline is {max(over for over, _ in overruns.values()) * 1000:.0f} ms")
    for name, (over, late) in overruns.items():
        assert over <= OVERRUN + late, f"{name}: {over:.3f} s over, of which {late:.3f} s are the machine's"
