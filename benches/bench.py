"""Benchmarks of the Python package on a private local server, printed as ratios side by side.

Every figure is compared with something measured in the same run: a bare interpreter, `cp`, a local
subprocess. Absolute times belong to the machine; the ratios and the budgets of the design are what to read.
Run it with `make bench`, or one part with `make bench SECTION=create`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rivals import compare

MIB = 1 << 20


def row(name: str, figure: str, beside: str = "", budget: str = "") -> None:
    """Prints one line of a table."""
    print(f"  {name:<44} {figure:>14}  {beside:<38} {budget}")


def heading(text: str, section: str) -> None:
    """Starts a table and says how to repeat it."""
    print(f"\n{text}   (make bench SECTION={section})")


def milliseconds(seconds: float) -> str:
    """A duration for people."""
    return f"{seconds * 1000:.2f} ms"


def median_of(action: Callable[[], object], times: int) -> float:
    """The median duration of an action, in seconds, after one run that does not count."""
    action()
    samples = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        samples.append(time.perf_counter() - start)
    return statistics.median(samples)


def run(argv: list[str]) -> float:
    """Wall time of one child process, in seconds."""
    start = time.perf_counter()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def peak_after(python: str, statement: str) -> int:
    """Peak memory in KiB of an interpreter that ran one statement.

    It reads its own peak: what `wait4` tells includes this process, of which the child began as a copy.
    """
    program = (
        f"{statement}\nfor line in open('/proc/self/status'):\n if line.startswith('VmHWM'): print(line.split()[1])"
    )
    done = subprocess.run([python, "-c", program], check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1])


def bench_import(work: Path) -> None:
    """Time and memory of the import, over a bare interpreter, beside the official packages."""
    heading("Import: time and peak memory over a bare interpreter", "import")
    ours_name = "daytona_sdk (ours)"
    cases = {
        "bare": ("ours", "pass"),
        ours_name: ("ours", "from daytona_sdk import Daytona"),
        "daytona-sdk 0.14.0 (official)": ("official-0.14.0", "from daytona_sdk import Daytona"),
        "daytona (official, today)": ("official-today", "from daytona import Daytona"),
    }
    commands = {
        name: (str(work / environment / "bin/python"), statement) for name, (environment, statement) in cases.items()
    }
    commands = {name: command for name, command in commands.items() if Path(command[0]).exists()}
    times: dict[str, list[float]] = {name: [] for name in commands}
    memory: dict[str, list[int]] = {name: [] for name in commands}
    for python, statement in commands.values():
        run([python, "-c", statement])
    for _ in range(11):  # interleaved, so that a noisy moment hits all of them
        for name, (python, statement) in commands.items():
            times[name].append(run([python, "-c", statement]))
            memory[name].append(peak_after(python, statement))
    bare, bare_memory = statistics.median(times["bare"]), statistics.median(memory["bare"])
    row("bare interpreter", milliseconds(bare), f"{bare_memory / 1024:.1f} MiB")
    ours = max(statistics.median(times[ours_name]) - bare, 1e-6)
    ours_memory = max(statistics.median(memory[ours_name]) - bare_memory, 1)
    for name in commands:
        if name == "bare":
            continue
        over = statistics.median(times[name]) - bare
        over_memory = statistics.median(memory[name]) - bare_memory
        ratio = "" if name == ours_name else f", {over / ours:.0f}x time, {over_memory / ours_memory:.0f}x memory"
        row(
            name,
            f"+{milliseconds(over)}",
            f"+{over_memory / 1024:.1f} MiB{ratio}",
            "budget: +25 ms" if name == ours_name else "",
        )


@contextmanager
def server(work: Path, warm_pool: int) -> Iterator[int]:
    """A private local server; yields its process id and makes it the target of every client."""
    binary = work / "ours/bin/daytona"
    data = tempfile.mkdtemp(prefix="dtn-bench-")
    os.environ.update(DAYTONA_TARGET="local", DAYTONA_DATA_DIR=data)
    subprocess.run(
        [binary, "serve", "--detach", "--port", "0", "--warm-pool", str(warm_pool)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    import json

    try:
        yield json.loads(Path(data, "server.json").read_text())["pid"]
    finally:
        subprocess.run([binary, "stop", "--all"], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(data, ignore_errors=True)


def timed_creates(count: int) -> list[float]:
    """Creates that many sandboxes one after another, then removes them."""
    from daytona_sdk import Daytona

    daytona = Daytona()
    daytona.list()  # connects
    times, sandboxes = [], []
    for _ in range(count):
        start = time.perf_counter()
        sandboxes.append(daytona.create())
        times.append(time.perf_counter() - start)
    for sandbox in sandboxes:
        daytona.remove(sandbox)
    return times


def bench_create(work: Path) -> None:
    """Create from the warm pool and without it, beside starting a bare interpreter."""
    heading("Create: request to a sandbox that is started", "create")
    interpreter = median_of(lambda: run([sys.executable, "-c", "pass"]), 11)
    with server(work, warm_pool=0):
        cold = statistics.median(timed_creates(10))
    with server(work, warm_pool=10):
        wait_for_pool(10)
        warm = statistics.median(timed_creates(10))
    row("bare interpreter start", milliseconds(interpreter))
    row("cold create", milliseconds(cold), f"{cold / interpreter:.2f}x an interpreter start", "budget: 60 ms")
    row("warm create", milliseconds(warm), f"{cold / warm:.1f}x faster than cold", "budget: 3 ms")


def wait_for_pool(size: int) -> None:
    """Waits until that many sandboxes can be claimed."""
    import json
    from urllib.request import urlopen

    url = json.loads(Path(os.environ["DAYTONA_DATA_DIR"], "server.json").read_text())["url"]
    deadline = time.monotonic() + 60
    while json.load(urlopen(f"{url}/health"))["warmSandboxes"] < size:
        if time.monotonic() > deadline:
            raise RuntimeError("the warm pool did not fill within 60 s")
        time.sleep(0.05)


def bench_exec(work: Path) -> None:
    """exec("true") and a code run, beside the same as a local subprocess."""
    from daytona_sdk import Daytona

    heading("Process: one round trip", "exec")
    with server(work, warm_pool=1):
        daytona = Daytona()
        sandbox = daytona.create()
        execute = median_of(lambda: sandbox.process.exec("true"), 200)
        code_run = median_of(lambda: sandbox.process.code_run("pass"), 30)
        daytona.remove(sandbox)
    shell = median_of(lambda: subprocess.run(["sh", "-c", "true"], check=True), 200)
    python = median_of(lambda: subprocess.run(["/usr/bin/python3", "-c", "pass"], check=True), 30)
    row("sh -c true, local subprocess", milliseconds(shell))
    row('exec("true")', milliseconds(execute), f"{execute / shell:.2f}x the local subprocess", "budget: 3 ms")
    row("python3 -c pass, local subprocess", milliseconds(python))
    row('code_run("pass")', milliseconds(code_run), f"{code_run / python:.2f}x the local subprocess")


def peak_kib(pid: int) -> int:
    """Peak resident memory of a process since `reset_peak`, in KiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise RuntimeError(f"process {pid} has no VmHWM")


def reset_peak(pid: int) -> None:
    """Forgets the peak so far."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def bench_transfer(work: Path) -> None:
    """A 256 MiB upload and download, time beside `cp`, and peak memory of both ends."""
    from daytona_sdk import CreateSandboxParams, Daytona, SandboxResources

    heading("Transfer: 256 MiB, file to file", "transfer")
    with server(work, warm_pool=0) as server_pid, tempfile.TemporaryDirectory(dir=work) as folder:
        source, back = Path(folder, "source"), Path(folder, "back")
        with source.open("wb") as file:
            for _ in range(256):
                file.write(os.urandom(MIB))
        copy = median_of(lambda: run(["cp", str(source), str(back)]), 3)
        daytona = Daytona()
        sandbox = daytona.create(CreateSandboxParams(resources=SandboxResources(cpu=1, memory=2, disk=4)))
        home = sandbox.get_user_root_dir()
        client = os.getpid()
        figures = {}
        for name, action in {
            "upload": lambda: sandbox.fs.upload_file(f"{home}/big", source),
            "download": lambda: sandbox.fs.download_file(f"{home}/big", str(back)),
        }.items():
            before = (resident_kib(client), resident_kib(server_pid))
            reset_peak(client)
            reset_peak(server_pid)
            elapsed = median_of(action, 3)
            figures[name] = (
                elapsed,
                (peak_kib(client) - before[0]) / 1024,
                (peak_kib(server_pid) - before[1]) / 1024,
            )
        if source.stat().st_size != back.stat().st_size:
            raise RuntimeError("the file came back with another size")
        daytona.remove(sandbox)
    row("cp", milliseconds(copy), f"{256 / copy:.0f} MiB/s")
    for name, (elapsed, client_mib, server_mib) in figures.items():
        row(
            name,
            milliseconds(elapsed),
            f"{256 / elapsed:.0f} MiB/s, {elapsed / copy:.1f}x cp",
            f"memory +{client_mib:.1f} MiB client, +{server_mib:.1f} MiB server; budget: +64 MiB",
        )


def resident_kib(pid: int) -> int:
    """Resident memory of a process now, in KiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() // 1024


def bench_idle(work: Path) -> None:
    """Memory of idle sandboxes: what each adds to the machine, by proportional set size of its processes."""
    from daytona_sdk import Daytona

    heading("Idle sandboxes: memory of their processes", "idle")
    count = 50
    with server(work, warm_pool=0):
        daytona = Daytona()
        sandboxes = [daytona.create() for _ in range(count)]
        pids = sandbox_processes()
        total = sum(proportional_kib(pid) for pid in pids)
        for sandbox in sandboxes:
            daytona.remove(sandbox)
    row(
        f"{count} idle sandboxes, each",
        f"{total / count / 1024:.2f} MiB",
        f"{len(pids) / count:.0f} processes each",
        "budget: 8 MiB",
    )


def sandbox_processes() -> list[int]:
    """Launchers and toolboxes, by the name they were started as."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            name = (entry / "cmdline").read_bytes().split(b"\0")[0].rsplit(b"/", 1)[-1]
        except OSError:
            continue
        if name in (b"daytona-launcher", b"daytona-toolbox"):
            found.append(int(entry.name))
    return found


def proportional_kib(pid: int) -> int:
    """A process's proportional set size, in KiB; 0 when it has gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def bench_rivals(work: Path) -> None:
    """The same work by our package and by the official clients."""
    heading("Ours beside the official clients: old is daytona-sdk 0.14.0, today is daytona", "rivals")
    with server(work, warm_pool=0):
        compare(work, Path(os.environ["DAYTONA_DATA_DIR"]))


SECTIONS = {
    "import": bench_import,
    "create": bench_create,
    "exec": bench_exec,
    "transfer": bench_transfer,
    "idle": bench_idle,
    "rivals": bench_rivals,
}


def main() -> None:
    """Runs the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--work", type=Path, required=True, help="folder of the environments to compare")
    parser.add_argument("--section", choices=["all", *SECTIONS], default="all")
    arguments = parser.parse_args()
    for name, section in SECTIONS.items():
        if arguments.section in ("all", name):
            section(arguments.work)


if __name__ == "__main__":
    main()
