"""The public items of the package, and the examples in their docstrings."""

from __future__ import annotations

import functools
import inspect
import re
import textwrap
from collections.abc import Iterator

import daytona_sdk
from daytona_sdk import filesystem, process

# What users hold without ever importing it is public too.
HELD = (filesystem.DownloadStream, filesystem.AsyncDownloadStream, process.AsyncSessionLogStream)
PUBLIC: dict[str, object] = {
    **{name: getattr(daytona_sdk, name) for name in daytona_sdk.__all__ if name != "__version__"},
    **{item.__name__: item for item in HELD},
}


def members(owner: type) -> Iterator[tuple[str, object]]:
    """What a class itself adds to the public surface: methods and properties. Fields of values are its arguments."""
    for name, member in vars(owner).items():
        is_property = isinstance(member, property) or inspect.isgetsetdescriptor(member)
        is_field = inspect.ismemberdescriptor(member)
        if (
            not name.startswith("_")
            and not isinstance(member, owner)
            and (callable(member) or is_property)
            and not is_field
        ):
            yield name, member


@functools.cache
def items() -> dict[str, str]:
    """The docstring of each public class, function, method and property, by its name."""
    found: dict[str, str] = {}
    for name, item in PUBLIC.items():
        # Of the item itself: inspect.getdoc would take a base class's for it.
        found[name] = (vars(item).get("__doc__") if inspect.isclass(item) else item.__doc__) or ""
        if inspect.isclass(item):
            found.update({f"{name}.{each}": member.__doc__ or "" for each, member in members(item)})
    return found


def blocks(docstring: str) -> list[str]:
    return [
        textwrap.dedent(block) for block in re.findall(r"```python\n(.*?)```", inspect.cleandoc(docstring), re.DOTALL)
    ]


def examples() -> list[tuple[str, str]]:
    """Every example there is: the name of its item, and its source."""
    return [(name, block) for name, docstring in items().items() for block in blocks(docstring)]
