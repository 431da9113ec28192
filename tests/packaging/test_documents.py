"""The documents name files and targets; those must exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Installed or built, none of it ours.
FOREIGN = {"target", "node_modules", ".venv", "dist"}
SOURCES = [
    path
    for top in ROOT.iterdir()
    if top.is_dir() and top.name not in FOREIGN
    for path in top.rglob("*")
    if path.suffix in {".rs", ".ts", ".py"}
]


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"])
def test_every_file_a_document_names_is_there(document: str) -> None:
    named = set(re.findall(r"`([\w./-]+\.(?:rs|ts|py|sh|md))`", (ROOT / document).read_text()))
    known = [path.relative_to(ROOT).as_posix() for path in SOURCES]
    missing = [
        name
        for name in sorted(named)
        if not (ROOT / name).exists() and not any(f"/{path}".endswith(f"/{name}") for path in known)
    ]
    assert not missing


def test_every_target_a_document_names_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    text = (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()
    for target in set(re.findall(r"make ([a-z][a-z-]*)\b", text)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target} is not in the Makefile"
