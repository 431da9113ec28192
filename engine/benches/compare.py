#!/usr/bin/env python3
"""Start-to-exit of `true` in the tools the namespace engine could have stood on; docs/decisions/0001-engine.md.

    python3 engine/benches/compare.py [--hakoniwa PROGRAM]

Needs root, and bubblewrap, runc and crun as the distribution has them; one that is missing or fails is said so.
Each tool gets the same: this machine's /usr read-only, all namespaces of its own, `/proc` and `/dev`, no limits.
PROGRAM is a build of the example at the end of the decision. Our own launcher, which does more (overlay, system call
filter, control groups, masks), is measured by `cargo bench -p daytona-engine -- --true`.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 60


def measure(name, command, cwd=None):
    """Prints the median and the 95th percentile of running a command."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        done = subprocess.run(command(), cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        times.append((time.perf_counter() - begun) * 1000)
        if done.returncode != 0:
            print(f"{name:<34} fails: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
            return
    times.sort()
    print(f"{name:<34} median {statistics.median(times):>7.2f} ms   p95 {times[int(ROUNDS * 0.95)]:>7.2f} ms")


def root_folder(parent):
    """A root of links into /usr and empty folders to mount on."""
    root = parent / "root"
    for folder in ("usr", "proc", "dev", "sys", "tmp"):
        (root / folder).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    return root


def bubblewrap(_):
    links = [word for name in ("bin", "sbin", "lib", "lib64") for word in ("--symlink", f"usr/{name}", f"/{name}")]
    flags = ["--unshare-all", "--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    return lambda: ["bwrap", *flags, *links, "/usr/bin/true"]


def oci(runtime):
    def prepare(folder):
        root_folder(folder)
        subprocess.run([runtime, "spec"], cwd=folder, check=True)
        path = folder / "config.json"
        config = json.loads(path.read_text())
        config["root"]["path"] = "root"
        config["process"].update(terminal=False, args=["/usr/bin/true"])
        config["mounts"].append({"destination": "/usr", "source": "/usr", "type": "none", "options": ["rbind", "ro"]})
        path.write_text(json.dumps(config))
        number = iter(range(ROUNDS))
        return lambda: [runtime, "run", f"compare-{runtime}-{time.time_ns()}-{next(number)}"]

    return prepare


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hakoniwa", type=pathlib.Path)
    given = parser.parse_args()
    measure("nothing (fork and exec of true)", lambda: ["/usr/bin/true"])
    for program, prepare in (("bwrap", bubblewrap), ("runc", oci("runc")), ("crun", oci("crun"))):
        if shutil.which(program) is None:
            print(f"{program:<34} is not installed", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as folder:
            version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.splitlines()[0]
            measure(version, prepare(pathlib.Path(folder)), cwd=folder)
    if given.hakoniwa:
        measure("hakoniwa (crate)", lambda: [str(given.hakoniwa)])


main()
