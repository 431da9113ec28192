"""Today's scenarios on the synchronous `Daytona`: each call is made as it stands, and its outcome can be awaited."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import daytona as package

import today
from registry import Scenario

__all__ = ["today", "with_sandbox"]


class Awaitable:
    """A synchronous object whose methods can be awaited; what it does and holds stays its own."""

    def __init__(self, thing: Any) -> None:
        self._thing = thing

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._thing, name)
        if not inspect.ismethod(value):
            return dressed(value)
        if name == "list":
            return lambda *args, **kwargs: stream(value(*args, **kwargs))

        async def call(*args: Any, **kwargs: Any) -> Any:
            outcome = value(*(bare(arg) for arg in args), **kwargs)
            if inspect.isawaitable(outcome):
                outcome = await outcome
            return dressed(outcome)

        return call


def dressed(value: Any) -> Any:
    """Objects of the package with methods, and iterators, become awaitable; data stays as it is."""
    if isinstance(value, Iterator):
        return stream(value)
    if type(value).__module__.startswith("daytona._sync"):
        return Awaitable(value)
    return value


def bare(value: Any) -> Any:
    return value._thing if isinstance(value, Awaitable) else value


async def stream(items: Iterator[Any]) -> Any:
    for item in items:
        yield dressed(item)


client = package.Daytona()


async def with_sandbox(function: Scenario) -> None:
    """Gives a scenario the client, and a sandbox of its own if it asks for one."""
    daytona = Awaitable(client)
    if "sandbox" not in inspect.signature(function).parameters:
        return await function(daytona)
    sandbox = await daytona.create()
    try:
        await function(daytona, sandbox)
    finally:
        await daytona.delete(sandbox)
