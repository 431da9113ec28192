"""Ours beside the official clients, on the same local server: one process each, in turns, language by language.

Turns, in an order that changes, hit every client with the same noise; the first one warms up and does not count. Each
client has a sandbox with all cores of the machine, so that it is the client that is compared: with the one core of a
default sandbox, commands and logs take what that core takes, whoever asks. A transfer begins when the disk has what
was written before it. What a client got wrong is never a time: a wrong result of ours ends the benchmark with an error,
one of a rival's is said in its row. Speed ends nothing; the last line counts the rows in which ours is behind.
`BENCH_QUICK=1` makes everything small, to try the benchmark rather than the clients.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import subprocess
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from daytona_sdk import CreateSandboxParams, Daytona, SandboxResources

HERE = Path(__file__).parent
QUICK = os.environ.get("BENCH_QUICK") == "1"
#: Times that count. More of what is short: there noise is the larger part.
ROUNDS = 1 if QUICK else 7
MORE_ROUNDS = 1 if QUICK else 15
BIG_MIB = 16 if QUICK else 1024
LOG_MIB = 4 if QUICK else 64
MANY = 50 if QUICK else 1000
#: By how much a transfer may raise the memory of each end (DESIGN 14).
BUDGET_MIB = 64
MIB = 1 << 20


@dataclass
class Row:
    """One thing to do; ``only`` names the language that has it, ``before`` what is done before it and not timed."""

    title: str
    action: str
    size: int
    bounded: bool = False
    only: str = ""
    before: str = ""
    rounds: int = ROUNDS


ROWS = [
    Row("100 execs in a row", "execs", 100, rounds=MORE_ROUNDS),
    Row(f"{MANY} execs by 64 threads", "concurrent", MANY, only="Python"),
    Row(f"{MANY} execs at once", "gathered", MANY),
    Row(f"upload of {MANY} small files", "small", MANY, before="emptied"),
    Row(f"upload of {BIG_MIB} MiB", "upload", BIG_MIB, bounded=True, before="emptied"),
    Row(f"download of {BIG_MIB} MiB", "download", BIG_MIB, bounded=True),
    Row(f"a log of {LOG_MIB} MiB, followed", "logs", LOG_MIB, before="written", rounds=MORE_ROUNDS),
]
#: What a client cannot do, as it has nothing for it.
LACKS = {("old", "gathered")}


@dataclass
class Turn:
    """What one action cost: seconds, and by how many MiB it raised the peak memory of client and server."""

    seconds: float = 0
    client_mib: float = 0
    server_mib: float = 0
    error: str = ""


class Runner:
    """One client in a process of its own, with a sandbox of its own."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], folder: Path, server: int) -> None:
        self.name = name
        self._server = Path(f"/proc/{server}")
        self._daytona = Daytona()
        cores = SandboxResources(cpu=os.cpu_count())
        self._sandbox = self._daytona.create(CreateSandboxParams(resources=cores))
        self._process = subprocess.Popen(
            [*command, name, str(folder), self._sandbox.id],
            env=environment,
            cwd=folder,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def turn(self, action: str, size: int) -> Turn:
        """One action."""
        assert self._process.stdin and self._process.stdout
        (self._server / "clear_refs").write_text("5")
        before = self._memory("VmRSS")
        self._process.stdin.write(f"{action} {size}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the client {self.name} ended at {action}; its error is above")
        told: dict[str, Any] = json.loads(line)
        if "error" in told:
            return Turn(error=told["error"])
        return Turn(told["seconds"], told["mib"], self._memory("VmHWM") - before)

    def close(self) -> None:
        """Lets the client end and removes its sandbox."""
        self._process.communicate()
        self._daytona.remove(self._sandbox)

    def _memory(self, which: str) -> float:
        """A field of the server's status, in MiB."""
        return int((self._server / "status").read_text().split(f"{which}:")[1].split()[0]) / 1024


@dataclass
class Score:
    """What the last lines say."""

    compared: int = 0
    behind: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def compare(work: Path, data: Path) -> None:
    """Prints the tables. The server of the folder `data` runs."""
    file = json.loads((data / "server.json").read_text())
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DAYTONA_")}
    environment = {
        **clean,
        "DAYTONA_API_URL": file["url"],
        "DAYTONA_API_KEY": (data / "api-key").read_text().strip(),
        # One official client warns of each of a thousand calls.
        "PYTHONWARNINGS": "ignore",
    }
    score = Score()
    with tempfile.TemporaryDirectory(dir=work) as name:
        folder = Path(name)
        with (folder / "source").open("wb") as source:
            for _ in range(BIG_MIB):
                source.write(os.urandom(MIB))
        for language, commands in teams(work).items():
            with ExitStack() as stack:
                runners = []
                for client, command in commands.items():
                    runners.append(Runner(client, command, environment, folder, file["pid"]))
                    stack.callback(runners[-1].close)
                for row in ROWS:
                    if row.only in ("", language):
                        table(language, row, runners, score)
    conclude(score)


def teams(work: Path) -> dict[str, dict[str, list[str]]]:
    """How to start each client that is there, by language and name."""
    official = work.parent / "official"
    pythons = {"ours": work / "ours", "old": official / "old", "today": official / "today"}
    nodes = {"ours": work / "ours-node", "today": official / "node"}
    found: dict[str, dict[str, list[str]]] = {"Python": {}, "TypeScript": {}}
    for client, home in pythons.items():
        if (home / "bin/python").exists():
            found["Python"][client] = [str(home / "bin/python"), str(HERE / "client.py")]
        else:
            print(f"  Python, {client}: no environment; its rows are left out")
    for client, home in nodes.items():
        if (home / "node_modules/@daytonaio/sdk").exists():
            # Node.js looks for packages beside the file that asks for them.
            shutil.copy(HERE / "client.mjs", home)
            found["TypeScript"][client] = ["node", str(home / "client.mjs")]
        else:
            print(f"  TypeScript, {client}: no environment; its rows are left out")
    return found


def table(language: str, row: Row, runners: list[Runner], score: Score) -> None:
    """Runs one row, prints its lines, and counts it."""
    turns: dict[str, list[Turn]] = {runner.name: [] for runner in runners if (runner.name, row.action) not in LACKS}
    # Drawn anew each time, but in the same way in every run: who comes after whom matters, as what the one before gave
    # back, memory above all, is quicker to have than what nobody used for seconds.
    draw = random.Random(row.title)
    for _ in range(row.rounds + 1):
        for runner in draw.sample(runners, len(runners)):
            # Who failed once is not asked again.
            if runner.name in turns and not any(turn.error for turn in turns[runner.name]):
                turns[runner.name].append(take_turn(runner, row))
    what = f"{language}: {row.title}"
    medians = {
        name: statistics.median(turn.seconds for turn in all_[1:]) for name, all_ in turns.items() if not all_[-1].error
    }
    for name, all_ in turns.items():
        label = f"  {what:<44} {name:<6}"
        if name not in medians:
            print(f"{label} FAILED: {all_[-1].error}")
            if name == "ours":
                score.wrong.append(f"{what}: {all_[-1].error}")
            continue
        beside = ""
        if name != "ours" and "ours" in medians:
            ratio = medians[name] / medians["ours"]
            score.compared += 1
            beside = f"ours is {ratio:.2f}x faster" if ratio >= 1 else f"ours is {1 / ratio:.2f}x SLOWER"
            if ratio < 1:
                score.behind.append(f"{what}, {1 / ratio:.2f}x slower than {name}")
        client, server = max(turn.client_mib for turn in all_), max(turn.server_mib for turn in all_)
        memory = f"memory +{client:.0f} MiB client, +{server:.0f} MiB server"
        if row.bounded and name == "ours":
            memory += f"; budget: +{BUDGET_MIB} MiB each"
            if max(client, server) > BUDGET_MIB:
                score.beyond.append(f"{what}, +{client:.0f} MiB client, +{server:.0f} MiB server")
        print(f"{label} {medians[name] * 1000:>10.1f} ms  {beside:<22} {memory}", flush=True)


def take_turn(runner: Runner, row: Row) -> Turn:
    """One turn of a row, with all that goes before it."""
    if row.before:
        before = runner.turn(row.before, row.size)
        if before.error:
            return before
    if row.bounded:
        os.sync()
    return runner.turn(row.action, row.size)


def conclude(score: Score) -> None:
    """The verdict; a wrong result of ours ends the process with an error."""
    print(f"\n  rivals: behind in {len(score.behind)} of {score.compared} comparisons")
    for line in score.behind:
        print(f"    behind: {line}")
    for line in score.beyond:
        print(f"    beyond its budget of memory: {line}")
    if score.wrong:
        raise SystemExit("\n".join(["bench: our own client got something wrong", *score.wrong]))
