"""Today's scenarios on `AsyncDaytona`."""

from __future__ import annotations

import inspect

from daytona import AsyncDaytona

import today
from registry import Scenario

__all__ = ["today", "with_sandbox"]


async def with_sandbox(function: Scenario) -> None:
    """Gives a scenario a client, and a sandbox of its own if it asks for one."""
    async with AsyncDaytona() as daytona:
        if "sandbox" not in inspect.signature(function).parameters:
            return await function(daytona)
        sandbox = await daytona.create()
        try:
            await function(daytona, sandbox)
        finally:
            await daytona.delete(sandbox)
