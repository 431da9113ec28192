"""Ours beside the official Python clients, on the same local server: one process each, in turns.

Turns hit every client with the same noise; the first one warms up and does not count. `BENCH_QUICK=1` makes
everything small, to try the benchmark rather than the clients.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).parent
QUICK = os.environ.get("BENCH_QUICK") == "1"
ROUNDS = 1 if QUICK else 5
BIG_MIB = 16 if QUICK else 1024
LOG_MIB = 4 if QUICK else 64
MANY = 50 if QUICK else 1000
# Name, action, its size, budget.
ROWS = [
    ("100 execs in a row", "execs", 100, ""),
    (f"{MANY} execs by 64 threads", "concurrent", MANY, ""),
    (f"upload of {MANY} small files", "small", MANY, ""),
    (f"upload of {BIG_MIB} MiB", "upload", BIG_MIB, "budget: +64 MiB"),
    (f"download of {BIG_MIB} MiB", "download", BIG_MIB, "budget: +64 MiB"),
    (f"a log of {LOG_MIB} MiB, followed", "logs", LOG_MIB, ""),
]


class Runner:
    """One client in a process of its own."""

    def __init__(self, name: str, python: Path, environment: dict[str, str], folder: Path) -> None:
        self.name = name
        command = [str(python), str(HERE / "client.py"), name, str(folder)]
        self._process = subprocess.Popen(
            command, env=environment, cwd=folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def turn(self, action: str, size: int) -> tuple[float, float]:
        """Seconds of an action, and the MiB by which it raised the client's peak memory."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{action} {size}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the client {self.name} failed at {action}; its error is above")
        told = json.loads(line)
        return told["seconds"], told["mib"]

    def close(self) -> None:
        """Lets the client remove its sandbox and end."""
        self._process.communicate()


def compare(work: Path, data: Path) -> None:
    """Prints the table. The server of the folder `data` runs."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DAYTONA_")}
    address = {
        "DAYTONA_API_URL": json.loads((data / "server.json").read_text())["url"],
        "DAYTONA_API_KEY": (data / "api-key").read_text().strip(),
    }
    official = work.parent / "official"
    pythons = {"ours": work / "ours", "old": official / "old", "today": official / "today"}
    with tempfile.TemporaryDirectory(dir=work) as name, ExitStack() as stack:
        folder = Path(name)
        with (folder / "source").open("wb") as file:
            for _ in range(BIG_MIB):
                file.write(os.urandom(1 << 20))
        runners = []
        for client, home in pythons.items():
            if (home / "bin/python").exists():
                runners.append(Runner(client, home / "bin/python", {**clean, **address}, folder))
                stack.callback(runners[-1].close)
            else:
                print(f"  {client}: no environment; its rows are left out")
        for title, action, size, budget in ROWS:
            turns: dict[str, list[tuple[float, float]]] = {runner.name: [] for runner in runners}
            for _ in range(ROUNDS + 1):
                for runner in runners:
                    turns[runner.name].append(runner.turn(action, size))
            seconds = {name: statistics.median(turn[0] for turn in all_[1:]) for name, all_ in turns.items()}
            for name, all_ in turns.items():
                ratio = seconds[name] / seconds["ours"]
                speed = f"{ratio:.1f}x faster" if ratio >= 1 else f"{1 / ratio:.1f}x SLOWER"
                beside = "" if name == "ours" else f"ours is {speed}"
                memory = f"memory +{max(turn[1] for turn in all_):.0f} MiB"
                print(
                    f"  {title:<32} {name:<6} {seconds[name] * 1000:>11.1f} ms  {beside:<22} {memory}"
                    f"  {budget if name == 'ours' else ''}"
                )
