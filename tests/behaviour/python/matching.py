"""References in a scenario's data, and comparing a result with what is expected.

The same rules stand in ``typescript/matching.ts`` and ``rust/matching.rs``; ``scenarios/selftest.toml`` holds the
three to each other. They are written down in ``plan.py``.
"""

from __future__ import annotations

import json
import re
from typing import Any

REFERENCE = re.compile(r"@\{([^}]+)\}")


def resolve(value: Any, known: dict[str, Any]) -> Any:
    """``value`` with every ``@{name}`` replaced by what is known under that name."""
    if isinstance(value, str):
        whole = REFERENCE.fullmatch(value)
        if whole:
            return look_up(whole[1], known)
        return REFERENCE.sub(lambda found: text(look_up(found[1], known)), value)
    if isinstance(value, list):
        return [resolve(item, known) for item in value]
    if isinstance(value, dict):
        if "$repeat" in value:
            piece, times = value["$repeat"]
            return resolve(piece, known) * times
        if "$files" in value:
            files = value["$files"]
            return [
                {name: resolve(text, {**known, "n": index}) for name, text in files.items() if name != "count"}
                for index in range(files["count"])
            ]
        return {name: resolve(item, known) for name, item in value.items()}
    return value


def look_up(path: str, known: dict[str, Any]) -> Any:
    """``box.labels.tier`` or ``files.0.name``."""
    value: Any = known
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def mismatch(expected: Any, actual: Any, where: str = "result") -> str | None:
    """What differs, or None."""
    if isinstance(expected, dict):
        matcher = next((name for name in expected if name.startswith("$") and name != "$base64"), None)
        if matcher:
            return _matcher(matcher, expected[matcher], actual, where)
        if not isinstance(actual, dict):
            return f"{where}: a table is expected, there is {_show(actual)}"
        return _first(mismatch(item, actual.get(name), f"{where}.{name}") for name, item in expected.items())
    if isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            return f"{where}: {len(expected)} items are expected, there is {_show(actual)}"
        return _first(mismatch(item, actual[n], f"{where}.{n}") for n, item in enumerate(expected))
    # True is 1 in Python, and nowhere else.
    same = expected == actual and isinstance(expected, bool) == isinstance(actual, bool)
    return None if same else f"{where}: {_show(expected)} is expected, there is {_show(actual)}"


def _matcher(name: str, expected: Any, actual: Any, where: str) -> str | None:
    if name == "$regex":
        fits = isinstance(actual, str) and re.search(expected, actual) is not None
    elif name == "$absent":
        fits = actual is None
    elif name == "$length":
        fits = actual is not None and len(actual) == expected
    elif name == "$min":
        fits = isinstance(actual, (int, float)) and actual >= expected
    elif name == "$not":
        fits = mismatch(expected, actual) is not None
    elif name == "$contains":
        if isinstance(actual, str):
            fits = all(piece in actual for piece in expected)
        else:
            fits = isinstance(actual, list) and all(
                any(mismatch(wanted, item) is None for item in actual) for wanted in expected
            )
    elif name == "$unordered":
        fits = isinstance(actual, list) and len(actual) == len(expected) and _pairs(expected, list(actual))
    else:
        raise ValueError(f"{where}: there is no matcher {name}")
    return None if fits else f"{where}: {name} {_show(expected)} is expected, there is {_show(actual)}"


def _pairs(expected: list[Any], actual: list[Any]) -> bool:
    """Each expected item has an actual one of its own. The data keeps items distinct, so the first fit is the fit."""
    for wanted in expected:
        fit = next((n for n, item in enumerate(actual) if mismatch(wanted, item) is None), None)
        if fit is None:
            return False
        del actual[fit]
    return True


def _first(found: Any) -> str | None:
    return next((difference for difference in found if difference), None)


def _show(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=True, default=repr)
    return shown if len(shown) <= 600 else f"{shown[:600]}... ({len(shown)} characters)"
