"""Takes the fenced blocks out of a Markdown document. No knowledge of any one document lives here.

A block is named by its heading, its language and its place among the blocks of both: ``Asynchronous/python``, then
``Asynchronous/python#2``. So names stay when lines are added above, and the languages' halves pair up.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)[^`]*$")
LANGUAGES = {"py": "python", "ts": "typescript", "sh": "bash", "shell": "bash"}


@dataclass(frozen=True)
class Block:
    """One fenced block: ``line`` is that of its first line of code, counted from 1."""

    name: str
    language: str
    line: int
    code: str


def read_blocks(document: Path) -> list[Block]:
    """Every fenced block of a document, in order; a fence that is never closed is an error of the document."""
    blocks: list[Block] = []
    seen: dict[str, int] = {}
    heading, opened, body = "", None, []
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        if opened is not None:
            if line.strip() == "```":
                language = LANGUAGES.get(opened["language"], opened["language"])
                name = f"{heading}/{language}"
                seen[name] = seen.get(name, 0) + 1
                if seen[name] > 1:
                    name += f"#{seen[name]}"
                code = textwrap.dedent("\n".join(body)) + "\n"
                blocks.append(Block(name, language, number - len(body), code))
                opened = None
            else:
                body.append(line)
        elif match := FENCE.match(line):
            opened, body = match, []
        elif line.startswith("#"):
            heading = line.lstrip("#").strip().replace("`", "").replace("*", "")
        elif line.startswith("title: "):
            heading = line.removeprefix("title: ")
    if opened is not None:
        raise ValueError(f"{document}: the block under {heading!r} is never closed")
    return blocks
