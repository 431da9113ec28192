"""Every public item says what it is, and every call shows itself in an example that is Python."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import daytona_sdk

HANDLES = ["Daytona", "Sandbox", "FileSystem", "Git", "LspServer", "Process"]
CALLERS = [getattr(daytona_sdk, name) for name in [*HANDLES, *(f"Async{name}" for name in HANDLES), "SessionLogStream"]]
PUBLIC = {name: getattr(daytona_sdk, name) for name in daytona_sdk.__all__ if name != "__version__"}


def members(owner: type) -> Iterator[tuple[str, object]]:
    """What a class itself adds to the public surface: methods and properties."""
    for name, member in vars(owner).items():
        if not name.startswith("_") and not isinstance(member, owner):
            yield name, member


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_it_is_documented(name: str) -> None:
    item = PUBLIC[name]
    # Of the item itself: inspect.getdoc would take a base class's for it.
    own = vars(item).get("__doc__") if inspect.isclass(item) else item.__doc__
    assert own, f"{name} has no docstring"
    if inspect.isclass(item):
        callables = {each: member for each, member in members(item) if callable(member) or isinstance(member, property)}
        missing = [each for each, member in callables.items() if not member.__doc__]
        assert not missing, f"{name} has members without a docstring"


def test_the_reference_has_every_public_name() -> None:
    pages = Path(__file__).resolve().parents[2] / "docs" / "reference"
    listed = [name for page in pages.glob("*.md") for name in re.findall(r"::: daytona_sdk\.(\w+)", page.read_text())]
    assert sorted(listed) == sorted(PUBLIC)


@pytest.mark.parametrize("owner", CALLERS, ids=lambda owner: owner.__name__)
def test_every_call_has_an_example(owner: type) -> None:
    calls = {name: member for name, member in members(owner) if callable(member)}
    assert calls
    for name, member in calls.items():
        text = inspect.getdoc(member) or ""
        if text.startswith("Deprecated"):
            continue
        blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        assert blocks, f"{owner.__name__}.{name} has no example"
        for block in blocks:
            # An asynchronous example may await, as it would inside a function.
            body = textwrap.indent(textwrap.dedent(block), "    ")
            ast.parse("async def example():\n" + body)
            assert name in block, f"the example of {owner.__name__}.{name} does not call it"
