"""Writes the type stub of the native half from its Rust source: ``python scripts/stubs.py [--check]``.

Names, parameters, types and docstrings stand once, beside the Rust code: types are the strings that pyo3 allows in
``#[pyo3(signature = (path: "str") -> "bytes")]``, and ``#[gives("T")]`` and ``#[overload("parameters", "T")]``
where it allows none. pyo3's own stub generator reads the same strings, but knows neither overloads nor deprecation
nor the type of a getter. What the ``twins`` macro changes for the async classes is changed here likewise; a test
holds the stub equal to the built module, docstrings included.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1] / "bindings-python"
STUB = ROOT / "daytona_sdk" / "_daytona.pyi"

HEADER = """\
# Written by scripts/stubs.py from the Rust source ("make stubs"). Do not edit.
from collections.abc import Callable, Coroutine, Mapping
from os import PathLike
from typing import Any, final, overload

from typing_extensions import Self, deprecated, disjoint_base

from .daytona import CodeLanguage, CreateSandboxParams, DaytonaConfig
from .filesystem import FileContent, FileInfo, FileUpload, Match, ReplaceResult, SearchFilesResponse
from .git import GitCommitInfo, GitCommitResponse, GitRemote, GitStatus, ListBranchResponse
from .lsp_server import CompletionList, LspLanguageId, LspSymbol, Position
from .process import (
    CodeRunParams,
    Command,
    ExecuteResponse,
    Session,
    SessionExecuteRequest,
    SessionExecuteResponse,
    SessionLogChunk,
)
from .sandbox import PortPreviewUrl, SandboxInfo, SandboxInstance, SandboxState
"""


def twin_classes() -> list[str]:
    """The table of the macro."""
    source = (ROOT / "twins" / "src" / "lib.rs").read_text()
    table = re.search(r"const CLASSES.*?=\s*\[(.*?)\];", source, re.S)
    assert table, "twins/src/lib.rs has no CLASSES"
    return re.findall(r'"(\w+)"', table[1])


TWINS = twin_classes()


@dataclass
class Item:
    """A documented struct or function of the source, with its attributes."""

    docs: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    head: str = ""

    def attribute(self, name: str) -> str | None:
        return next((text for text in self.attributes if re.match(rf"{name}\b", text)), None)

    @property
    def name(self) -> str:
        found = re.search(r"\b(?:fn|struct) (\w+)", self.head)
        assert found, self.head
        return found[1]


def items(source: str) -> Iterator[Item]:
    """Every function and struct of a piece of source. Relies on the source being formatted by rustfmt."""
    item = Item()
    lines = iter(source.splitlines())
    for line in lines:
        text = line.strip()
        if text.startswith("///"):
            item.docs.append(text[4:])
        elif text.startswith("#["):
            while text.count("[") + text.count("(") > text.count("]") + text.count(")"):
                text += " " + next(lines).strip()
            item.attributes.append(text[2:-1])
        elif re.match(r"(pub\(crate\) )?(fn|struct) \w", text):
            while not text.endswith(("{", ";")):
                text += " " + next(lines).strip()
            item.head = text
            yield item
            item = Item()
        elif text and not text.startswith("//"):
            item = Item()


def split(text: str) -> list[str]:
    """At the commas that stand in no bracket and no string."""
    parts, depth, quoted = [""], 0, False
    for character in text:
        quoted ^= character == '"'
        depth += (character in "([{") - (character in ")]}") if not quoted else 0
        if character == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def argument(attribute: str, key: str) -> str | None:
    """What stands between the brackets of ``key = (...)`` in an attribute."""
    found = re.search(rf"\b{key} ?=? ?\(", attribute)
    if not found:
        return None
    depth = 1
    for at in range(found.end(), len(attribute)):
        depth += (attribute[at] == "(") - (attribute[at] == ")")
        if depth == 0:
            return attribute[found.end() : at]
    raise SystemExit(f"unbalanced: {attribute}")


def parameters(attribute: str) -> str:
    """The parameters of a ``signature``, as Python writes them."""
    shown = re.search(r'text_signature = "\((.*?)\)"', attribute)
    defaults = dict(part.split("=") for part in split(shown[1]) if "=" in part) if shown else {}
    written = []
    for part in split(argument(attribute, "signature") or ""):
        name, _, rest = part.partition(": ")
        if not rest:
            written.append(name)
            continue
        kind, _, default = rest.partition(" = ")
        default = defaults.get(name, {"false": "False", "true": "True"}.get(default, default))
        written.append(f"{name}: {kind.strip(chr(34))}" + (f" = {default}" if default else ""))
    return ", ".join(written)


def as_async(text: str) -> str:
    return re.sub(rf"\b({'|'.join(TWINS)})\b", r"Async\1", text)


def docs(lines: list[str], is_async: bool) -> str:
    text = "\n".join(lines)
    text = text.replace("{await}", "await " * is_async).replace("{async}", "async " * is_async)
    if is_async:
        for name in TWINS:
            text = text.replace(f" {name}(", f" Async{name}(").replace(f"``{name}.", f"``Async{name}.")
    return text


def docstring(lines: list[str], is_async: bool, indent: str) -> str:
    if not lines:
        return ""
    text = docs(lines, is_async).replace("\\", "\\\\")
    if "\n" in text:
        text += "\n"
    return indent + f'"""{text}"""\n'.replace("\n", "\n" + indent).rstrip(" ")


def method(item: Item, is_async: bool) -> str:
    """The lines of one method or getter; none for what is not for users."""
    only = item.attribute("only")
    is_private = item.name.startswith("_") and not item.name.startswith("__")
    if is_private or (only and only != f"only({'async' if is_async else 'sync'})"):
        return ""
    pyo3 = item.attribute("pyo3") or ""
    gives = re.search(r'"(.*)"', item.attribute("gives") or "")
    returned = gives[1] if gives else (re.findall(r'-> "(.*?)"', pyo3) or [""])[0]
    is_new = item.attribute("new") is not None
    if is_new:
        returned = "Self"
    if not returned:
        return ""
    waits = re.search(r"\bCall\b", item.head.partition("->")[2]) is not None

    def result(kind: str) -> str:
        kind = as_async(kind) if is_async else kind
        return f"Coroutine[Any, Any, {kind}]" if is_async and waits and not gives else kind

    name = "__new__" if is_new else item.name
    warned = re.search(r'warn\( ?message = "(.*?)"', pyo3)
    decorators = [f'@deprecated("{warned[1]}")'] if warned else []
    if item.attribute("getter"):
        decorators.append("@property")
    documented = docstring(item.docs, is_async, "        ")
    variants = [re.findall(r'"(.*?)"', text) for text in item.attributes if text.startswith("overload")]
    text = ""
    for given in variants or [[parameters(pyo3)]]:
        kind = result(given[1] if len(given) > 1 else returned)
        own = ", ".join(part for part in ("cls" if is_new else "self", given[0]) if part)
        own = as_async(own) if is_async else own
        lines = [*(["@overload"] if variants else []), *decorators, f"def {name}({own}) -> {kind}:"]
        text += "".join(f"    {line}\n" for line in lines) + (documented or "        ...\n")
    return text


def classes(source: str) -> Iterator[tuple[str, str]]:
    """Name and text of each class of a file, the async ones included."""
    impls = re.findall(r"#\[pymethods\]\nimpl (\w+) \{\n(.*?)\n\}\n", source, re.S)
    structs = {item.name: item for item in items(source) if item.attribute("pyclass")}
    for name, body in impls:
        if name not in TWINS:
            continue
        struct = structs[name]
        base = "@disjoint_base" if "subclass" in (struct.attribute("pyclass") or "") else "@final"
        for is_async in (False, True):
            own = f"Async{name}" if is_async else name
            text = f"{base}\nclass {own}:\n{docstring(struct.docs, is_async, '    ')}"
            yield own, text + "".join(method(item, is_async) for item in items(body)) + "\n"


def functions(source: str) -> Iterator[tuple[str, str]]:
    for item in items(source):
        if item.attribute("pyfunction") is not None:
            pyo3 = item.attribute("pyo3") or ""
            returned = re.findall(r'-> "(.*?)"', pyo3)[0]
            text = docstring(item.docs, False, "    ")
            yield item.name, f"def {item.name}({parameters(pyo3)}) -> {returned}:\n{text}\n"


def stub() -> str:
    """The whole stub."""
    sources = [path.read_text() for path in sorted((ROOT / "src").glob("*.rs"))]
    parts = {name: text for source in sources for name, text in (*functions(source), *classes(source))}
    # Constants, classes, the rest: the order that ruff asks for.
    order = {True: 0, False: 1}
    exported = sorted(
        [*parts, "ERROR_CODES", "__version__"],
        key=lambda name: (order[name.isupper()] if name[0].isupper() else 2, name),
    )
    names = "".join(f"    {name!r},\n" for name in exported)
    constants = "__version__: str\nERROR_CODES: tuple[str, ...]\n"
    text = f"{HEADER}\n__all__ = [\n{names}]\n\n{constants}\n" + "\n".join(parts[name] for name in sorted(parts))
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(STUB), "-"]
    return subprocess.run(ruff, input=text, capture_output=True, text=True, check=True, cwd=ROOT).stdout


def main() -> None:
    if "--check" not in sys.argv:
        STUB.write_text(stub())
    elif STUB.read_text() != stub():
        raise SystemExit(f"{STUB.relative_to(ROOT.parent)} is not what the Rust source says: run 'make stubs'")


if __name__ == "__main__":
    main()
