"""What ``sandbox.create_lsp_server`` takes, and what the language server gives."""

from __future__ import annotations

from ._daytona import AsyncLspServer, LspServer
from ._values import TextEnum, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "AsyncLspServer",
    "CompletionItem",
    "CompletionList",
    "LspLanguageId",
    "LspLocation",
    "LspRange",
    "LspServer",
    "LspSymbol",
    "Position",
]


class LspLanguageId(TextEnum):
    """Languages that have a language server.

    Example:
        ```python
        lsp = sandbox.create_lsp_server(LspLanguageId.TYPESCRIPT, "/home/daytona/project")
        ```
    """

    PYTHON = "python"
    TYPESCRIPT = "typescript"
    JAVASCRIPT = "javascript"


class Position(Value):
    """A place in a text file.

    Args:
        line: The first line is 0.
        character: The place before the first character is 0.

    Example:
        ```python
        lsp.completions("/home/daytona/project/app.py", Position(line=10, character=15))
        ```
    """

    __slots__ = ("line", "character")

    def __init__(self, line: int, character: int) -> None:
        self.line = line
        self.character = character


class LspRange(Value):
    """From one place in a text file to another.

    Args:
        start: The first.
        end: The one after the last.

    Example:
        ```python
        first = lsp.document_symbols("/home/daytona/project/app.py")[0]
        if first.location.range:
            lines = first.location.range.end.line - first.location.range.start.line
            print(f"{first.name} spans {lines} lines")
        ```
    """

    __slots__ = ("start", "end")

    def __init__(self, start: Position, end: Position) -> None:
        self.start = start
        self.end = end


class LspLocation(Value):
    """Where something is.

    Args:
        uri: URI of the file.
        range: Where in it, when the language server said.

    Example:
        ```python
        for symbol in lsp.document_symbols("/home/daytona/project/app.py"):
            print(symbol.location.uri, symbol.location.range)
        ```
    """

    __slots__ = ("uri", "range")

    def __init__(self, uri: str, range: LspRange | None = None) -> None:
        self.uri = uri
        self.range = range


class LspSymbol(Value):
    """A function, class, variable or the like.

    Args:
        name: Its name.
        kind: What it is, by the numbers of the language server protocol: 5 a class, 12 a function, ...
        location: Where it is.

    Example:
        ```python
        symbols = lsp.document_symbols("/home/daytona/project/app.py")
        functions = [symbol.name for symbol in symbols if symbol.kind == 12]
        ```
    """

    __slots__ = ("name", "kind", "location")

    def __init__(self, name: str, kind: int, location: LspLocation) -> None:
        self.name = name
        self.kind = kind
        self.location = location


class CompletionItem(Value):
    """What could stand at a place.

    Args:
        label: What an editor shows.
        kind: What it is, by the numbers of the language server protocol: 3 a function, 6 a variable, ...
        detail: More about it: a signature, a type.
        documentation: Its documentation: text, or a dict with ``kind`` and ``value``.
        sort_text: What to sort by.
        filter_text: What to filter by.
        insert_text: What to insert.

    Example:
        ```python
        completions = lsp.completions("/home/daytona/project/app.py", Position(10, 15))
        for item in completions.items:
            print(item.label, item.detail or "")
        ```
    """

    __slots__ = ("label", "kind", "detail", "documentation", "sort_text", "filter_text", "insert_text")

    def __init__(
        self,
        label: str,
        kind: int | None = None,
        detail: str | None = None,
        documentation: dict[str, Any] | str | None = None,
        sort_text: str | None = None,
        filter_text: str | None = None,
        insert_text: str | None = None,
    ) -> None:
        self.label = label
        self.kind = kind
        self.detail = detail
        self.documentation = documentation
        self.sort_text = sort_text
        self.filter_text = filter_text
        self.insert_text = insert_text


class CompletionList(Value):
    """What could stand at a place.

    Args:
        is_incomplete: Whether typing on gives more.
        items: The proposals.

    Example:
        ```python
        completions = lsp.completions("/home/daytona/project/app.py", Position(10, 15))
        if completions.is_incomplete:
            print("type on to see more")
        print(len(completions.items))
        ```
    """

    __slots__ = ("is_incomplete", "items")

    def __init__(self, is_incomplete: bool = False, items: list[CompletionItem] | None = None) -> None:
        self.is_incomplete = is_incomplete
        self.items = items if items is not None else []
