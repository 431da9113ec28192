"""Runs the scenarios through the installed Python package: ``run.py sync|async SCENARIOS``; a JSON line for each."""

from __future__ import annotations

import asyncio
import inspect
import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from daytona_sdk import AsyncDaytona, Daytona, DaytonaConfig, DaytonaError, SessionExecuteRequest

#: More than the kernel takes from a client whose server reads nothing.
BIG = b"x" * (16 << 20)
late = 0.0


def watch() -> None:
    """How late this process is woken at worst: what a deadline cannot be blamed for."""
    global late
    while True:
        start = time.monotonic()
        time.sleep(0.01)
        late = max(late, time.monotonic() - start - 0.01)


def ring(*_: object) -> None:
    raise TimeoutError


async def settled(outcome: Any) -> Any:
    """The result of a call, whichever client it is of."""
    return await outcome if inspect.isawaitable(outcome) else outcome


async def followed(stream: Any) -> str:
    """What came from each source."""
    text = {"stdout": "", "stderr": ""}
    if hasattr(stream, "__next__"):
        for chunk in stream:
            text[chunk.source] += chunk.text
    else:
        async for chunk in stream:
            text[chunk.source] += chunk.text
    return f"{text['stdout']}|{text['stderr']}"


async def check(outcome: Any) -> str:
    return str((await settled(outcome)).check().result)


#: What a call in a sandbox is, and what of its result is reported.
TOOLBOX: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any], Any]]] = {
    "exec": (lambda box, timeout: box.process.exec("true", timeout=timeout), lambda response: response.result),
    "check": (lambda box, timeout: check(box.process.exec("false", timeout=timeout)), str),
    "code_run": (lambda box, timeout: box.process.code_run("pass", timeout=timeout), lambda response: response.result),
    "session_exec": (
        lambda box, timeout: box.process.execute_session_command("s", SessionExecuteRequest(command="true"), timeout),
        lambda response: response.output,
    ),
    "logs": (lambda box, _: box.process.get_session_command_logs("s", "c"), str),
    "follow": (lambda box, _: followed(box.process.stream_session_command_logs("s", "c")), str),
    "upload": (lambda box, _: box.fs.upload_file("big", BIG), lambda _: ""),
    "download": (lambda box, _: box.fs.download_file("a"), lambda content: content.decode()),
    "list_files": (lambda box, _: box.fs.list_files("a"), lambda files: " ".join(file.name for file in files)),
    "git_status": (lambda box, _: box.git.status("a"), lambda status: status.current_branch),
}


async def call(client: Any, box: Any, name: str, timeout: float | None) -> str:
    if box is None:
        outcome = client.create(timeout=timeout) if name == "create" else client.list() if name == "list" else None
        await settled(client.get("box") if outcome is None else outcome)
        return ""
    act, report = TOOLBOX[name]
    return str(report(await settled(act(box, timeout))))


async def within(work: Any, limit: float | None, alarm: bool) -> str:
    """Gives a call up after ``limit`` seconds, as its client's users do: by an alarm, or by asyncio."""
    if limit is None:
        return str(await work)
    if not alarm:
        return str(await asyncio.wait_for(work, limit))
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        return str(await work)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


async def run(scenario: dict[str, Any], kind: type[Any]) -> dict[str, Any]:
    global late
    client = kind(DaytonaConfig(api_key="dtn_key", api_url=scenario["url"]))
    box = await settled(client.get("box")) if scenario["call"] in TOOLBOX else None
    late = 0.0
    code, name, exit_code, value = "ok", "", None, ""
    start = time.monotonic()
    try:
        for each in scenario["call"].split(", "):
            start = time.monotonic()
            work = call(client, box, each, scenario.get("timeout"))
            value = await within(work, scenario.get("limit"), kind is Daytona)
    except DaytonaError as error:
        code, name, exit_code = error.code, type(error).__name__, getattr(error, "exit_code", None)
    except (TimeoutError, asyncio.TimeoutError):
        code = "given up"
    return {
        "name": scenario["name"],
        "code": code,
        "class": name,
        "exitCode": exit_code,
        "value": value,
        "seconds": time.monotonic() - start,
        "late": late,
    }


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, ring)
    threading.Thread(target=watch, daemon=True).start()
    for each in json.loads(sys.argv[2]):
        print(json.dumps(asyncio.run(run(each, {"sync": Daytona, "async": AsyncDaytona}[sys.argv[1]]))), flush=True)
