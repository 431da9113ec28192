"""Runs the behaviour scenarios through the Python client: ``run.py sync|async PLAN REPORT``.

The plan is what ``plan.py`` made of the scenarios; the report says of each scenario whether it held. One interpreter
serves both clients: whatever a call gives is awaited if it can be, and iterated either way.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import inspect
import json
import signal
import sys
import time
import traceback
import urllib.parse
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import daytona_sdk
from canonical import argument, data, joined
from daytona_sdk import CreateSandboxParams, DaytonaError, DaytonaNotFoundError
from matching import mismatch, resolve

#: How long a step that waits for something tries again, in seconds, and how often.
PATIENCE, PAUSE = 30, 0.05


class UnexpectedError(Exception):
    """A step did not go as its scenario says."""


class Runner:
    """One client, the sandbox that scenarios share, and the scenario under way."""

    def __init__(self, kind: str, daytona: Any) -> None:
        self.kind = kind
        self.daytona = daytona
        self.shared: Any = None
        self.known: dict[str, Any] = {}
        self.handles: dict[str, Any] = {}

    async def scenario(self, scenario: dict[str, Any]) -> None:
        """Runs the steps; the cleanup steps and the removal of sandboxes follow however they went."""
        self.known = {"runner": self.kind, "scenario": scenario["slug"]}
        self.handles = {}
        if scenario["sandbox"]:
            await self._share()
        try:
            for number, step in enumerate(scenario["steps"], 1):
                await self._step(step, f"step {number}")
        finally:
            for number, step in enumerate(scenario["cleanup"], 1):
                await self._step(step, f"cleanup step {number}")
            for handle in self.handles.values():
                if hasattr(handle, "instance") and handle is not self.shared:
                    with contextlib.suppress(DaytonaNotFoundError):
                        await settled(handle.delete())

    async def _share(self) -> None:
        if self.shared is None:
            params = CreateSandboxParams(language="python", labels={"suite": self.kind})
            self.shared = await settled(self.daytona.create(params))
        home = await settled(self.shared.get_user_root_dir())
        folder = f"{home}/{self.known['scenario']}"
        await settled(self.shared.process.exec(f"mkdir -p {folder}"))
        self.known |= {"home": home, "dir": folder, "sandbox": data(self.shared)}
        self.handles["sandbox"] = self.shared

    async def _step(self, step: dict[str, Any], where: str) -> None:
        deadline = time.monotonic() + (PATIENCE if step["eventually"] else 0)
        while True:
            wrong = await self._try(step)
            if wrong is None:
                return
            if time.monotonic() >= deadline:
                raise UnexpectedError(f"{where}, {step['call']}: {wrong}")
            await asyncio.sleep(PAUSE)

    async def _try(self, step: dict[str, Any]) -> str | None:
        """Makes the call and says what is wrong with its outcome, or None."""
        expected = resolve(step.get("error"), self.known)
        try:
            result, handle = await self._call(step)
        except DaytonaError as error:
            if expected is None:
                return f"raised {type(error).__name__} {error.code}: {error}"
            actual = {"class": type(error).__name__, "code": error.code, "status": error.status, "message": str(error)}
            return mismatch(expected, actual, "error")
        if expected is not None:
            return f"an error is expected: {json.dumps(expected)}; the result is {json.dumps(result)[:300]}"
        if "save" in step:
            self.known[step["save"]] = result
            self.handles[step["save"]] = handle
        if "expect" in step:
            return mismatch(resolve(step["expect"], self.known), result)
        return None

    async def _call(self, step: dict[str, Any]) -> tuple[Any, Any]:
        noun, name = step["call"].split(".")
        args = resolve(step["args"], self.known)
        if noun == "test":
            return await asyncio.to_thread(TEST_CALLS[name], **args), None
        target = self._target(noun, step.get("on", "sandbox"))
        args = {key: argument(name, key, value, self.handles) for key, value in args.items()}
        if name == "get_session_command_logs_async":
            return await self._follow(target, args), None
        member = getattr(target, name)
        result = await settled(member(**args) if callable(member) else member)
        if isinstance(result, AsyncIterator):
            result = joined([piece async for piece in result])
        elif isinstance(result, Iterator):
            result = joined(list(result))
        return data(result), result

    def _target(self, noun: str, on: str) -> Any:
        if noun == "daytona":
            return self.daytona
        handle = self.handles[on]
        return handle if noun in ("sandbox", "lsp", "response") else getattr(handle, noun)

    async def _follow(self, process: Any, args: dict[str, Any]) -> dict[str, str]:
        """The log as callbacks got it: both streams through one, or each through its own."""
        separate = args.pop("separate", False)
        out: list[str] = []
        err: list[str] = []
        if separate:
            await process.get_session_command_logs_async(**args, on_logs=out.append, on_stderr=err.append)
            return {"stdout": "".join(out), "stderr": "".join(err)}
        await process.get_session_command_logs_async(**args, on_logs=out.append)
        return {"output": "".join(out)}


async def settled(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def http_get(url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """What a URL serves. Connects to this machine whatever the host's name, as a browser does for *.localhost."""
    parts = urllib.parse.urlsplit(url)
    host = "127.0.0.1" if str(parts.hostname).endswith("localhost") else str(parts.hostname)
    connection = http.client.HTTPConnection(host, parts.port or 80, timeout=30)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"host": parts.netloc, **(headers or {})})
        answer = connection.getresponse()
        return {"status": answer.status, "body": answer.read().decode(errors="replace")}
    finally:
        connection.close()


#: Calls of the suite's own, the same in every interpreter.
TEST_CALLS = {"value": lambda value: value, "http_get": http_get}


def hung(*_: object) -> None:
    raise UnexpectedError("the scenario did not end by its deadline")


async def run(kind: str, plan: dict[str, Any]) -> list[dict[str, Any]]:
    daytona = daytona_sdk.Daytona() if kind == "python-sync" else daytona_sdk.AsyncDaytona()
    runner = Runner(kind, daytona)
    outcomes = []
    for scenario in plan["scenarios"]:
        if kind in scenario["exclude"]:
            continue
        print(scenario["name"], flush=True)
        started = time.monotonic()
        wrong = None
        signal.alarm(plan["deadline"])
        try:
            await runner.scenario(scenario)
        except UnexpectedError as error:
            wrong = str(error)
        except Exception:
            wrong = traceback.format_exc()
        finally:
            signal.alarm(0)
        outcomes.append({"name": scenario["name"], "wrong": wrong, "seconds": round(time.monotonic() - started, 2)})
    if runner.shared is not None:
        await settled(runner.shared.delete())
    await settled(daytona.close())
    return outcomes


def main() -> None:
    kind, plan, report = sys.argv[1:]
    # A synchronous call that hangs is woken by the signal, an awaited one cancelled with the whole run: then the
    # report is missing, and the log ends with the scenario.
    signal.signal(signal.SIGALRM, hung)
    # Deprecated names are called on purpose.
    warnings.simplefilter("ignore", DeprecationWarning)
    outcomes = asyncio.run(run(f"python-{kind}", json.loads(Path(plan).read_text())))
    Path(report).write_text(json.dumps(outcomes, indent=1))


if __name__ == "__main__":
    main()
