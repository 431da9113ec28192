"""Makes one plan of the scenarios and the contract, which every interpreter runs.

A scenario is data (``scenarios/<noun>.toml``), so that six interpreters can run the same one:

    [[scenario]]
    name = "exec runs a shell command"      # unique
    sandbox = false                         # it makes its own; else it shares one, with a folder at @{dir}
    exclude = { rust = "why" }              # interpreters that cannot run it
    fails = true                            # it must be found wrong: a test of the interpreters

    [[scenario.step]]                       # [[scenario.cleanup]]: the same, runs however the steps went
    call = "process.exec"                   # the contract's name: noun.method; test.* are the suite's own
    on = "box"                              # a saved handle; the shared sandbox when left out
    args.command = "echo @{home}"           # by the contract's parameter names
    expect.result = "/home/daytona\\n"
    save = "said"                           # known from now on as @{said}, @{said.result}
    eventually = true                       # tried again until it is as expected
    error = { code = "NOT_FOUND", class = "DaytonaNotFoundError", message = { "$regex" = "no-such" } }

Values. ``@{name.path}`` in a text is replaced by what is known; alone it keeps its type. Known from the start: ``home``,
``dir``, ``sandbox``, ``runner``, ``scenario``. ``{"$repeat" = ["text", n]}`` is long; ``{"$base64" = "..."}`` is bytes that
no text can say; ``{"$files" = {count = n, path = ..., content = ...}}`` is many, with ``@{n}``; ``{"$handle" = "box"}`` is what
was saved.

Expectations. A table holds what must be among the fields, a list each item in order, all else is equal. ``$regex``,
``$absent``, ``$length``, ``$min``, ``$not``, ``$contains`` (pieces of a text, items of a list) and ``$unordered`` say the rest.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from contract import CONTRACT, read_toml
from signatures import camel, listed, python_parameters, typescript_name, typescript_parameters

HERE = Path(__file__).resolve().parent

RUNNERS = ("rust", "python-sync", "python-async", "typescript-node", "typescript-bun", "typescript-deno")
TEST_CALLS = {"test.value", "test.http_get"}
#: Facts of the handles that a step may read as if they were calls.
PROPERTIES = {"sandbox.instance", "daytona.target"}

#: Seconds until a scenario counts as hanging.
DEADLINE = 120

#: Methods that TypeScript has under another name, which its interpreter knows.
ELSEWHERE = {"process.get_session_command_logs_async"}

STEP_KEYS = {"call", "on", "args", "expect", "error", "save", "eventually"}
SCENARIO_KEYS = {"name", "sandbox", "exclude", "fails", "step", "cleanup"}


def methods() -> dict[str, dict[str, Any]]:
    """Every method of the contract by the name scenarios call it."""
    found = {}
    for owner, members in CONTRACT["method"].items():
        noun = {**CONTRACT["class"], **CONTRACT["value"]}[owner].get("noun")
        if noun is None:
            # What a stream has is called by whoever iterates over it.
            continue
        for name, method in members.items():
            found[f"{noun}.{name}"] = {"owner": owner, "name": name, **method}
    return found


def load() -> list[dict[str, Any]]:
    """The scenarios of every file, each checked for its form."""
    scenarios = []
    for path in sorted((HERE / "scenarios").glob("*.toml")):
        for raw in read_toml(path)["scenario"]:
            scenarios.append(_scenario(raw, path.name))
    names = [scenario["name"] for scenario in scenarios]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, f"two scenarios have the same name: {twice}"
    return scenarios


def plan() -> dict[str, Any]:
    """What the interpreters read: the scenarios, and how TypeScript names and orders what they call."""
    return {
        "scenarios": load(),
        "deadline": DEADLINE,
        "errors": CONTRACT["errors"],
        "typescript": {call: _typescript(method) for call, method in methods().items()},
    }


def _scenario(raw: dict[str, Any], file: str) -> dict[str, Any]:
    where = f"{file}: {raw.get('name')}"
    assert set(raw) <= SCENARIO_KEYS and raw.get("name") and raw.get("step"), f"{where}: {sorted(raw)}"
    steps = [_step(step, where) for step in raw["step"]]
    cleanup = [_step(step, where) for step in raw.get("cleanup", [])]
    exclude = dict(raw.get("exclude", {}))
    for pattern in exclude:
        assert any(runner.startswith(pattern) for runner in RUNNERS), f"{where}: there is no interpreter {pattern}"
    known = methods()
    for step in steps + cleanup:
        # A method that a language does not have, and the contract says why.
        for language in ("python", "typescript"):
            method = known.get(step["call"])
            if method and language not in method and step["call"] not in ELSEWHERE:
                exclude.setdefault(language, f"{step['call']}: {method['why']}")
    return {
        "name": raw["name"],
        "slug": re.sub(r"[^a-z0-9]+", "-", raw["name"].lower()).strip("-"),
        "sandbox": raw.get("sandbox", True),
        "fails": raw.get("fails", False),
        "exclude": {
            runner: why for pattern, why in exclude.items() for runner in RUNNERS if runner.startswith(pattern)
        },
        "steps": steps,
        "cleanup": cleanup,
    }


def _step(raw: dict[str, Any], where: str) -> dict[str, Any]:
    assert set(raw) <= STEP_KEYS and "call" in raw, f"{where}: {sorted(raw)}"
    known = methods()
    assert raw["call"] in known or raw["call"] in TEST_CALLS | PROPERTIES, f"{where}: nothing is called {raw['call']}"
    return {"args": {}, "eventually": False, **raw}


def _typescript(method: dict[str, Any]) -> dict[str, Any] | None:
    """The method's name in TypeScript, and its parameters in order."""
    if "typescript" not in method:
        return None
    signature = listed(method["typescript"])[0]
    parameters = [parameter.name for parameter in typescript_parameters(signature)]
    if "python" in method:
        # Scenarios name parameters as Python does; those that have another name here stand in the same place.
        names = [name for name, *_ in python_parameters(listed(method["python"])[0])]
        parameters = names[: len(parameters)]
    return {"name": typescript_name(signature) or camel(method["name"]), "parameters": parameters}
