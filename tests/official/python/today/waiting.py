"""Waiting for what only an asynchronous call can tell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from facts import DEADLINE


async def until(condition: Callable[[], Any], what: str) -> None:
    """Waits for a condition; fails with its name at the deadline."""
    deadline = asyncio.get_running_loop().time() + DEADLINE
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, f"not within {DEADLINE} s: {what}"
        await asyncio.sleep(0.05)
