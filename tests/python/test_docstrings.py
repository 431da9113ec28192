"""Every public item says what it is, and shows itself in an example. That the examples run is test_docstring_examples.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docstrings import HELD, PUBLIC, blocks, items


@pytest.mark.parametrize("name", items())
def test_it_is_documented(name: str) -> None:
    assert items()[name], f"{name} has no docstring"


def test_the_reference_has_every_public_name() -> None:
    pages = Path(__file__).resolve().parents[2] / "docs" / "reference"
    listed = {name for page in pages.glob("*.md") for name in re.findall(r"::: daytona_sdk\.(\w+)", page.read_text())}
    assert listed == set(PUBLIC) - {item.__name__ for item in HELD}


def test_every_public_item_has_an_example() -> None:
    left_out = [name for name, docstring in items().items() if docstring.startswith("Deprecated")]
    print(f"without an example, as they are deprecated: {', '.join(left_out)}")
    missing = [name for name, docstring in items().items() if name not in left_out and not blocks(docstring)]
    assert not missing


@pytest.mark.parametrize("name", [name for name, docstring in items().items() if "." in name and blocks(docstring)])
def test_the_example_of_a_member_uses_it(name: str) -> None:
    member = name.partition(".")[2]
    assert any(re.search(rf"\b{member}\b", block) for block in blocks(items()[name]))
