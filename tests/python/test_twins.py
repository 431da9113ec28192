"""The async classes have what the sync ones have, and the stub says what the built module says."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import daytona_sdk
from daytona_sdk import _daytona

CLASSES = ["Daytona", "Sandbox", "Process", "FileSystem", "Git", "LspServer", "DownloadStream", "SessionLogStream"]
# How the two kinds of `with` and `for` are spelt.
SPELT = {
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
    "__iter__": "__aiter__",
    "__next__": "__anext__",
}


def members(kind: type) -> dict[str, object]:
    return {name: value for name, value in vars(kind).items() if not name.startswith("_") or name in SPELT}


def signature(value: object) -> str:
    return str(inspect.signature(value)) if callable(value) else "property"


@pytest.mark.parametrize("name", CLASSES)
def test_both_have_the_same_members_and_signatures(name: str) -> None:
    sync, asynchronous = getattr(_daytona, name), getattr(_daytona, f"Async{name}")
    expected = {SPELT.get(member, member): signature(value) for member, value in members(sync).items()}
    found = {
        member: signature(value)
        for member, value in vars(asynchronous).items()
        if not member.startswith("_") or member in SPELT.values()
    }
    assert found == expected


@pytest.mark.parametrize("name", CLASSES)
def test_the_examples_of_async_members_await(name: str) -> None:
    kind = getattr(_daytona, f"Async{name}")
    for member in members(kind).values():
        text = getattr(member, "__doc__", None) or ""
        assert "{" + "await}" not in text
        assert "{" + "async}" not in text
    assert "await " in (kind.__doc__ or "") or "async for" in (kind.__doc__ or "")
    assert "await " not in (getattr(_daytona, name).__doc__ or "")


def test_every_member_is_documented_with_an_example() -> None:
    for name in [*CLASSES, *(f"Async{name}" for name in CLASSES)]:
        kind = getattr(_daytona, name)
        assert "Example:" in (kind.__doc__ or ""), name
        for member, value in members(kind).items():
            if member in SPELT:
                continue
            text = value.__doc__ or ""
            assert text, f"{name}.{member}"
            if callable(value) and not text.startswith("Deprecated name"):
                assert "Example:" in text, f"{name}.{member}"


def test_the_examples_are_python() -> None:
    """Each parses, in a coroutine, since some of them await."""
    for name in [*CLASSES, *(f"Async{name}" for name in CLASSES)]:
        kind = getattr(_daytona, name)
        for value in [kind, *members(kind).values()]:
            text = inspect.cleandoc(getattr(value, "__doc__", None) or "")
            for part in text.split("```python")[1:]:
                code = inspect.cleandoc(part.partition("```")[0])
                body = "\n".join("    " + line for line in code.splitlines())
                ast.parse(f"async def example():\n{body}\n")


def test_the_stub_has_the_docstrings_of_the_module() -> None:
    tree = ast.parse(Path(daytona_sdk.__file__).with_name("_daytona.pyi").read_text())
    compared = 0
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        kind = getattr(_daytona, node.name)
        assert ast.get_docstring(node) == inspect.cleandoc(kind.__doc__), node.name
        for item in node.body:
            if isinstance(item, ast.FunctionDef) and not item.name.startswith("__"):
                built = inspect.cleandoc(getattr(kind, item.name).__doc__)
                assert ast.get_docstring(item) == built, f"{node.name}.{item.name}"
                compared += 1
    assert compared > 150


def test_handles_cannot_be_made_by_hand() -> None:
    for name in ["Sandbox", "Process", "FileSystem", "Git", "LspServer"]:
        with pytest.raises(TypeError, match="cannot create"):
            getattr(_daytona, name)()
