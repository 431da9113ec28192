"""The scenarios of the one client this process runs, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Scenario = Callable[..., Any]
SCENARIOS: dict[str, Scenario] = {}


def scenario(function: Scenario) -> Scenario:
    """Makes a function a scenario, under its own name."""
    SCENARIOS[function.__name__] = function
    return function
