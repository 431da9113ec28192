"""The client, and a sandbox for whoever asks for one."""

from __future__ import annotations

import inspect
from typing import Any

from daytona_sdk import Daytona
from registry import Scenario

daytona = Daytona()


def with_sandbox(function: Scenario) -> Any:
    """Runs a scenario, with a sandbox of its own if it has a parameter for it."""
    if not inspect.signature(function).parameters:
        return function()
    sandbox = daytona.create()
    try:
        return function(sandbox)
    finally:
        daytona.remove(sandbox)
