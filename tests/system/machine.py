"""What tests look at from outside: the local server's process, and everything a sandbox could leave behind."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import daytona_sdk

BINARY = Path(daytona_sdk.__file__).parent / "bin/daytona"


class LocalServer:
    """A running server and its data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data

    @property
    def pid(self) -> int:
        return int(json.loads((self.data / "server.json").read_text())["pid"])

    def kill(self) -> None:
        """Kills the server and waits until its last thread is gone: the first to end may leave the sockets open."""
        handle = os.pidfd_open(self.pid)
        try:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            ended, _, _ = select.select([handle], [], [], 30)
        finally:
            os.close(handle)
        assert ended, "the server's end"


def machine(server: LocalServer) -> dict[str, int]:
    """How many there are of everything a sandbox could leave behind."""
    sandboxes = server.data / "sandboxes"
    return {
        "mounts": Path("/proc/self/mountinfo").read_text().count("\n"),
        "loop devices": len(list(Path("/sys/block").glob("loop*/loop/backing_file"))),
        "cgroups": sum(1 for folder, _, _ in os.walk("/sys/fs/cgroup") if "/daytona/" in folder),
        "links": len(os.listdir("/sys/class/net")),
        "rules": len(rule_tables()),
        "namespaces": len(namespaces()),
        "processes": len(sandbox_processes()),
        "sandbox folders": len(os.listdir(sandboxes)),
        "server files": len(os.listdir(f"/proc/{server.pid}/fd")),
        "disk in MiB": blocks(sandboxes) >> 11,
    }


def blocks(folder: Path) -> int:
    """The blocks of 512 bytes of every file below a folder in which files come and go."""
    found = 0
    for inside, folders, files in os.walk(folder):
        for name in (*folders, *files):
            with contextlib.suppress(FileNotFoundError):
                found += os.lstat(os.path.join(inside, name)).st_blocks
    return found


def at_rest(server: LocalServer) -> dict[str, int]:
    """The machine once nothing has changed for a while: the warm pool is full, what ended is gone."""
    seen: list[dict[str, int]] = []

    def steady() -> bool:
        seen.append(machine(server))
        return len(seen) >= 10 and all(look == seen[-1] for look in seen[-10:])

    until(steady, f"a machine at rest, last {seen[-1:]}")
    return seen[-1]


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


def rule_tables() -> list[str]:
    """The nftables tables of this network namespace; without the program no sandbox has any."""
    if shutil.which("nft") is None:
        return []
    listed = subprocess.run(["nft", "list", "tables"], check=True, capture_output=True, text=True).stdout
    return [line for line in listed.splitlines() if " daytona_" in line]


def namespaces() -> set[str]:
    """Every namespace that a process is in or that is held by a mount."""
    found = {line.split()[3] for line in Path("/proc/self/mountinfo").read_text().splitlines() if " - nsfs " in line}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found.update(os.readlink(link) for link in (entry / "ns").iterdir())
            except OSError:  # it has ended
                continue
    return found


def until(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Waits for a condition; fails with its name at the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
