"""What the machine looks like after hundreds of sandboxes: as it did before.

Runs against the installed wheel, on a private local server (see conftest.py beside this file).
"""

from __future__ import annotations

import os

from daytona_sdk import CreateSandboxParams, Daytona
from machine import LocalServer, at_rest

CYCLES = int(os.environ.get("DAYTONA_TEST_CYCLES", "200"))


def test_cycles_leave_the_machine_at_the_baseline(server: LocalServer) -> None:
    with Daytona() as daytona:
        for _ in range(5):  # pools, caches and lazily opened files reach their size
            one_cycle(daytona)
        before = at_rest(server)
        assert before["processes"] >= 2, "a warm sandbox is a launcher and a toolbox; what is counted here?"
        for _ in range(CYCLES):
            one_cycle(daytona)
        after = at_rest(server)
        # Connections and the database's pages come and go by a few; what leaks comes by the hundred.
        slack = {"server files": 8, "disk in MiB": 32}
        grown = {key: (before[key], after[key]) for key in before if after[key] > before[key] + slack.get(key, 0)}
        assert not grown, f"before and after {CYCLES} cycles"
        assert daytona.list() == []


def one_cycle(daytona: Daytona) -> None:
    sandbox = daytona.create()
    try:
        assert sandbox.process.exec("echo $((6 * 7))").result.strip() == "42"
    finally:
        daytona.remove(sandbox)


def test_killing_the_server_loses_nothing(server: LocalServer) -> None:
    with Daytona() as daytona:
        kept = daytona.create(CreateSandboxParams(id="kept", labels={"survives": "yes"}))
        stopped = daytona.create(CreateSandboxParams(id="stopped"))
        kept.process.exec("echo before > note; (sleep 1000; echo late) >/dev/null 2>&1 &")
        stopped.process.exec("echo asleep > note")
        daytona.stop(stopped)
        started_at = kept.process.exec("stat -c %Y /proc/1").result

        server.kill()

        # The same client finds the restarted server by itself.
        again = daytona.get("kept")
        assert again.instance.state == "started"
        assert again.labels["survives"] == "yes"
        assert again.process.exec("cat note").result == "before\n"
        assert again.process.exec("stat -c %Y /proc/1").result == started_at, "the sandbox itself was restarted"
        assert "sleep 1000" in again.process.exec("cat /proc/[0-9]*/cmdline | tr '\\0' ' '").result
        sleeper = daytona.get("stopped")
        assert sleeper.instance.state == "stopped"
        daytona.start(sleeper)
        assert sleeper.process.exec("cat note").result == "asleep\n"
        for sandbox in (again, sleeper):
            daytona.remove(sandbox)
