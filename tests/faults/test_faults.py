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
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from answers import VALUES
from faults import Faults, listening, serve_tls

HERE = Path(__file__).parent
WORK = HERE.parents[1] / "target" / "faults"
TABLE: list[dict[str, Any]] = json.loads((HERE / "scenarios.json").read_text())
#: One for each call of a row.
SCENARIOS = [{**row, "call": call, "name": f"{row['name']}: {call}"} for row in TABLE for call in row["calls"]]
RUNNERS = {
    "python-sync": [str(WORK / "python" / "bin" / "python"), str(HERE / "run.py"), "sync"],
    "python-async": [str(WORK / "python" / "bin" / "python"), str(HERE / "run.py"), "async"],
    "typescript": ["node", str(WORK / "node" / "run.mjs")],
}
CLASSES = {
    "ok": "",
    # The reason of whoever gave up, and no error of ours.
    "given up": "",
    "SERVER": "DaytonaError",
    "CONNECTION": "DaytonaConnectionError",
    "NOT_FOUND": "DaytonaNotFoundError",
    "PROCESS_EXECUTION": "ProcessExecutionError",
    "RATE_LIMIT": "DaytonaRateLimitError",
    "TIMEOUT": "DaytonaTimeoutError",
}
#: What may have been done must not be done again, whatever became of the answer.
ONCE = ("create", "exec", "check", "code_run", "session_exec")
#: What a deadline may be overrun by, in seconds, beside the runner's own lateness.
OVERRUN = 0.25


class Place:
    """The broken servers, and where each fault is met."""

    def __init__(self, stack: ExitStack, context: ssl.SSLContext) -> None:
        # Bound and not listening: refused, and nobody else's meanwhile.
        refused = stack.enter_context(socket.socket())
        refused.bind(("127.0.0.1", 0))
        self.elsewhere: dict[str, str] = {}
        self.faults = Faults(self.elsewhere)
        self.plain = stack.enter_context(listening(self.faults.accept))
        tls = stack.enter_context(listening(serve_tls, context))
        self.elsewhere["refused"] = f"http://127.0.0.1:{refused.getsockname()[1]}"
        self.elsewhere["unknown-host"] = "http://no-such-host.invalid"
        self.elsewhere["not-tls"] = f"https://127.0.0.1:{self.plain}"
        self.elsewhere["self-signed"] = f"https://127.0.0.1:{tls}"

    def url(self, runner: str, number: int, side: str, fault: str) -> str:
        base = f"http://127.0.0.1:{self.plain}/{runner}/{number}/{side}/{fault}"
        return (self.elsewhere.get(fault, base) if side == "api" else base) + "/api"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
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
        yield Place(stack, context)


@pytest.fixture(scope="module")
def outcomes(place: Place) -> dict[str, tuple[int, str, str]]:
    """Exit code, reports and errors of each runner. They run side by side: mostly they wait."""
    shutil.copy(HERE / "run.mjs", WORK / "node")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYTONA_")}

    def run(runner: str) -> tuple[int, str, str]:
        scenarios = [
            {**each, "url": place.url(runner, number, each["side"], each["fault"])}
            for number, each in enumerate(SCENARIOS)
        ]
        command = [*RUNNERS[runner], json.dumps(scenarios)]
        ended = subprocess.run(command, env=kept, capture_output=True, text=True, timeout=300, check=False)
        return ended.returncode, ended.stdout, ended.stderr

    with ThreadPoolExecutor() as pool:
        return dict(zip(RUNNERS, pool.map(run, RUNNERS)))


@pytest.mark.parametrize("runner", RUNNERS)
def test_every_fault_is_the_expected_error_in_time(
    runner: str, place: Place, outcomes: dict[str, tuple[int, str, str]]
) -> None:
    code, out, err = outcomes[runner]
    assert code == 0, err
    reports = [json.loads(line) for line in out.splitlines()]
    assert [told(report) for report in reports] == [expected(each) for each in SCENARIOS]
    again = {
        each["name"]: sent
        for number, each in enumerate(SCENARIOS)
        if each["call"] in ONCE and (sent := place.faults.posts[f"{runner}/{number}"]) > 1
    }
    assert again == {}, "sent more than once"
    check_deadlines(runner, reports)


def told(report: dict[str, Any]) -> tuple[object, ...]:
    return tuple(report[field] for field in ("name", "code", "class", "exitCode", "value"))


def expected(scenario: dict[str, Any]) -> tuple[object, ...]:
    code = scenario["expected"]
    value = VALUES.get(scenario["call"], "") if code == "ok" else ""
    return (scenario["name"], code, CLASSES[code], scenario.get("exitCode"), value)


def check_deadlines(runner: str, reports: list[dict[str, Any]]) -> None:
    """No call ends later than its own timeout, or than its caller gave it up."""
    overruns = {
        each["name"]: (report["seconds"] - bound, report["late"])
        for each, report in zip(SCENARIOS, reports)
        if (bound := each.get("timeout") or each.get("limit"))
    }
    print(f"{runner}: the largest overrun of a deadline is {max(over for over, _ in overruns.values()) * 1000:.0f} ms")
    for name, (over, late) in overruns.items():
        assert over <= OVERRUN + late, f"{name}: {over:.3f} s over, of which {late:.3f} s are the machine's"


def test_the_twins_in_rust_exist() -> None:
    named = {row["rust"] for row in TABLE if "rust" in row}
    missing = [
        twin
        for twin in named
        if f"async fn {twin.partition('::')[2]}(" not in (HERE.parents[1] / twin.partition("::")[0]).read_text()
    ]
    assert missing == []
