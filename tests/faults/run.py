"""Runs the scenarios through the installed Python package: ``run.py sync|async SCENARIOS``; a JSON line for each."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import threading
import time
from typing import Any

from daytona_sdk import AsyncDaytona, Daytona, DaytonaConfig, DaytonaError

late = 0.0


def watch() -> None:
    """How late this process is woken at worst: what a deadline cannot be blamed for."""
    global late
    while True:
        start = time.monotonic()
        time.sleep(0.01)
        late = max(late, time.monotonic() - start - 0.01)


async def run(scenario: dict[str, Any], kind: type[Any]) -> dict[str, Any]:
    global late
    client = kind(DaytonaConfig(api_key="dtn_key", api_url=scenario["url"]))
    late = 0.0
    code, name = "ok", ""
    start = time.monotonic()
    try:
        for call in scenario["call"].split(", "):
            start = time.monotonic()
            if call == "create":
                outcome = client.create(timeout=scenario["timeout"])
            else:
                outcome = client.list() if call == "list" else client.get("box")
            if inspect.isawaitable(outcome):
                await outcome
    except DaytonaError as error:
        code, name = error.code, type(error).__name__
    return {
        "name": scenario["name"],
        "code": code,
        "class": name,
        "seconds": time.monotonic() - start,
        "late": late,
    }


if __name__ == "__main__":
    threading.Thread(target=watch, daemon=True).start()
    for each in json.loads(sys.argv[2]):
        print(json.dumps(asyncio.run(run(each, {"sync": Daytona, "async": AsyncDaytona}[sys.argv[1]]))), flush=True)
